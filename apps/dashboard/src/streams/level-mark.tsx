import { CircleAlert, TriangleAlert } from 'lucide-react';
import type { UseLevel } from './use-bar.tsx';

/** The shape of a level, for those to whom colours say nothing. */
export function LevelMark({ level }: { level: UseLevel }) {
  if (level === 'free') return null;
  return level === 'full' ? (
    <CircleAlert size={14} aria-hidden="true" className="shrink-0 text-alarm" />
  ) : (
    <TriangleAlert size={14} aria-hidden="true" className="shrink-0 text-warning" />
  );
}
