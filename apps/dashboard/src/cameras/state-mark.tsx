import type { StreamState } from '@marsad/contract';
import {
  Ban,
  Circle,
  CircleDashed,
  CircleStop,
  EyeOff,
  Hourglass,
  KeyRound,
  type LucideIcon,
  Snowflake,
  TriangleAlert,
  Unplug,
} from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { cx } from '../ui/class-names.ts';

export type ShownState = StreamState | 'hidden' | 'refused' | 'delayed' | 'ended' | 'failed';

const shapes: Record<ShownState, LucideIcon> = {
  idle: Circle,
  connecting: CircleDashed,
  live: Circle,
  frozen: Snowflake,
  offline: Unplug,
  unsupported: TriangleAlert,
  unauthorized: KeyRound,
  hidden: EyeOff,
  refused: Ban,
  delayed: Hourglass,
  ended: CircleStop,
  failed: TriangleAlert,
};

const colours: Record<ShownState, string> = {
  idle: 'text-text-muted',
  connecting: 'text-text-muted',
  live: 'text-well',
  frozen: 'text-warning',
  offline: 'text-alarm',
  unsupported: 'text-warning',
  unauthorized: 'text-warning',
  hidden: 'text-warning',
  refused: 'text-warning',
  delayed: 'text-warning',
  ended: 'text-warning',
  failed: 'text-alarm',
};

export function StateIcon({ state, size = 14, className }: { state: ShownState; size?: number; className?: string }) {
  const Shape = shapes[state];
  return (
    <Shape
      size={size}
      strokeWidth={2}
      fill={state === 'live' ? 'currentcolor' : 'none'}
      aria-hidden="true"
      className={cx('shrink-0', state === 'live' && 'scale-75', className)}
    />
  );
}

/** Shape, colour and word: any one of them is enough. */
export function StateMark({ state }: { state: ShownState }) {
  const { t } = useTranslation();
  return (
    <span className="inline-flex items-center gap-1.5 text-12 whitespace-nowrap text-text-2">
      <StateIcon state={state} className={colours[state]} />
      {t(`states:word.${state}`)}
    </span>
  );
}
