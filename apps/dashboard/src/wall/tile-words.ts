import type { ShownState } from '../cameras/state-mark.tsx';
import type { Condition } from './live/condition.ts';

/** The word of `states.json` for a condition. */
export function wordOf(condition: Condition): ShownState {
  return condition.kind;
}
