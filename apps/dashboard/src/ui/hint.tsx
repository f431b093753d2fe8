import { Direction, Tooltip } from 'radix-ui';
import type { ReactNode } from 'react';
import { Keys } from './keys.tsx';

interface Props {
  label: ReactNode;
  keys?: string | undefined;
  side?: 'top' | 'bottom' | 'inline-end';
  /** Gone as soon as its control is left: where the next control lies under it. */
  passing?: boolean;
  children: ReactNode;
}

/** A tooltip with the action's key beside its name. */
export function Hint({ label, keys, side = 'bottom', passing = false, children }: Props) {
  const inlineEnd = Direction.useDirection() === 'rtl' ? endSides.rtl : endSides.ltr;
  return (
    <Tooltip.Root disableHoverableContent={passing}>
      <Tooltip.Trigger asChild>{children}</Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content
          side={side === 'inline-end' ? inlineEnd : side}
          sideOffset={6}
          collisionPadding={8}
          className="appear z-50 flex max-w-80 items-center gap-2 rounded-control border border-hairline bg-surface-3 px-2 py-1 text-12 text-text shadow-float"
        >
          {label}
          {keys && <Keys keys={keys} />}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}

// Radix places by the sides of the screen.
const endSides = { ltr: 'right', rtl: 'left' } as const; // physical: Radix's own names
