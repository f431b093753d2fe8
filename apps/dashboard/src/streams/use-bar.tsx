interface Props {
  current: number;
  limit: number;
  className?: string;
}

/** Red when nothing is left, amber from nine tenths. */
export type UseLevel = 'free' | 'near' | 'full';

export function levelOf(current: number, limit: number): UseLevel {
  if (current >= limit) return 'full';
  return current >= limit * 0.9 ? 'near' : 'free';
}

const colours: Record<UseLevel, string> = { free: 'bg-accent', near: 'bg-warning', full: 'bg-alarm' };

/** How much of a limit is used, as a bar. Its numbers always stand beside it. */
export function UseBar({ current, limit, className = 'w-14' }: Props) {
  const share = limit > 0 ? Math.min(1, current / limit) : 1;
  return (
    <span aria-hidden="true" className={`block h-1 overflow-hidden rounded-full bg-surface-3 ${className}`}>
      <span className={`block h-full ${colours[levelOf(current, limit)]}`} style={{ inlineSize: `${share * 100}%` }} />
    </span>
  );
}
