import type { ComponentProps, ReactNode } from 'react';
import { cx } from './class-names.ts';
import { Hint } from './hint.tsx';

interface Props extends Omit<ComponentProps<'button'>, 'aria-label'> {
  label: string;
  keys?: string | undefined;
  icon: ReactNode;
  side?: 'top' | 'bottom' | 'inline-end';
}

/** An icon that says its name and key when pointed at or focused. */
export function IconButton({ label, keys, icon, side, className, ...rest }: Props) {
  return (
    <Hint label={label} keys={keys} {...(side ? { side } : {})}>
      <button
        type="button"
        aria-label={label}
        {...rest}
        className={cx(
          'inline-flex size-8 shrink-0 items-center justify-center rounded-control text-text-2 transition-colors hover:bg-surface-2 hover:text-text disabled:opacity-50',
          className,
        )}
      >
        {icon}
      </button>
    </Hint>
  );
}
