import { Check } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import type { ReactNode } from 'react';
import { Keys } from './keys.tsx';

const itemClass =
  'flex h-8 cursor-default items-center gap-2 rounded-tile px-2 text-13 text-text outline-none data-[highlighted]:bg-surface-3';

export function Menu({ trigger, children }: { trigger: ReactNode; children: ReactNode }) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="end"
          sideOffset={6}
          collisionPadding={8}
          className="appear z-50 min-w-56 rounded-control border border-hairline bg-surface-2 p-1 shadow-float"
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

interface ItemProps {
  icon?: ReactNode;
  keys?: string | undefined;
  onSelect: () => void;
  children: ReactNode;
}

export function MenuItem({ icon, keys, onSelect, children }: ItemProps) {
  return (
    <DropdownMenu.Item className={itemClass} onSelect={onSelect}>
      <span className="flex w-4 justify-center text-text-2">{icon}</span>
      <span className="flex-1">{children}</span>
      {keys && <Keys keys={keys} />}
    </DropdownMenu.Item>
  );
}

interface ChoiceProps<T extends string> {
  label: string;
  value: T;
  onChange: (value: T) => void;
  options: readonly { value: T; label: ReactNode }[];
}

export function MenuChoice<T extends string>({ label, value, onChange, options }: ChoiceProps<T>) {
  return (
    <DropdownMenu.Group>
      <DropdownMenu.Label className="px-2 pt-2 pb-1 text-12 text-text-muted">{label}</DropdownMenu.Label>
      <DropdownMenu.RadioGroup value={value} onValueChange={(next) => onChange(next as T)}>
        {options.map((option) => (
          <DropdownMenu.RadioItem key={option.value} value={option.value} className={itemClass}>
            <span className="flex w-4 justify-center text-accent">
              <DropdownMenu.ItemIndicator>
                <Check size={16} />
              </DropdownMenu.ItemIndicator>
            </span>
            {option.label}
          </DropdownMenu.RadioItem>
        ))}
      </DropdownMenu.RadioGroup>
    </DropdownMenu.Group>
  );
}

export function MenuSeparator() {
  return <DropdownMenu.Separator className="my-1 h-px bg-hairline" />;
}
