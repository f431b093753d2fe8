import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { cx } from './class-names.ts';
import { IconButton } from './icon-button.tsx';

interface Props {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: string;
  /** `drawer` stands at the inline end, full height. */
  shape?: 'centre' | 'drawer';
  wide?: boolean;
  footer?: ReactNode;
  children: ReactNode;
}

export function Dialog({ open, onOpenChange, title, description, shape = 'centre', wide, footer, children }: Props) {
  const { t } = useTranslation();
  const frame =
    shape === 'drawer'
      ? 'drawer inset-y-0 end-0 w-full max-w-md border-s'
      : cx('appear inset-x-4 top-[12vh] mx-auto max-h-[76vh] rounded-control border', wide ? 'max-w-3xl' : 'max-w-lg');
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fade fixed inset-0 z-40 bg-overlay" />
        <Radix.Content
          {...(description ? {} : { 'aria-describedby': undefined })}
          onOpenAutoFocus={(event) => {
            // Onto the first field, or the dialog itself: not onto its closing button, which would show its hint.
            event.preventDefault();
            const dialog = event.currentTarget;
            if (!(dialog instanceof HTMLElement)) return;
            (dialog.querySelector<HTMLElement>('input, select, textarea') ?? dialog).focus();
          }}
          className={cx('fixed z-40 flex flex-col border-hairline bg-surface-1 shadow-float outline-none', frame)}
        >
          <header className="flex items-start gap-3 border-b border-hairline py-3 ps-5 pe-3">
            <div className="min-w-0 flex-1 py-1">
              <Radix.Title className="text-16 font-semibold">{title}</Radix.Title>
              {description && <Radix.Description className="mt-1 text-13 text-text-2">{description}</Radix.Description>}
            </div>
            <Radix.Close asChild>
              <IconButton label={t('common:close')} keys="Escape" icon={<X size={18} />} />
            </Radix.Close>
          </header>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
          <div tabIndex={0} className="min-h-0 flex-1 overflow-y-auto p-5 -outline-offset-2">
            {children}
          </div>
          {footer && <footer className="flex justify-end gap-2 border-t border-hairline px-5 py-3">{footer}</footer>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
