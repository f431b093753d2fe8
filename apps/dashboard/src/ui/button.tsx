import type { ComponentProps, ReactNode } from 'react';
import { cx } from './class-names.ts';

type Tone = 'primary' | 'plain' | 'quiet' | 'alarm';

const tones: Record<Tone, string> = {
  primary: 'bg-accent text-on-accent hover:brightness-110 disabled:brightness-75',
  plain: 'bg-surface-2 text-text border border-hairline hover:bg-surface-3',
  quiet: 'text-text-2 hover:bg-surface-2 hover:text-text',
  alarm: 'bg-alarm-soft text-alarm border border-alarm/40 hover:border-alarm',
};

interface Props extends ComponentProps<'button'> {
  tone?: Tone;
  icon?: ReactNode;
  busy?: boolean;
}

export function Button({ tone = 'plain', icon, busy, children, className, disabled, ...rest }: Props) {
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      className={cx(
        'relative inline-flex h-9 min-w-9 shrink-0 items-center justify-center gap-2 overflow-hidden rounded-control px-3 text-14 font-medium whitespace-nowrap transition-colors disabled:opacity-60 compact:h-8',
        tones[tone],
        className,
      )}
    >
      {icon}
      {children}
      {busy && <span className="busy-line" />}
    </button>
  );
}
