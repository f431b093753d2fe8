import type { ShownFrame } from '../../page/watched.ts';

export interface DelayedFrame {
  /** Milliseconds since the epoch. */
  readonly shownAt: number;
  /** From being sent by the camera to being shown, milliseconds. */
  readonly delay: number;
}

/** Joins what was shown with when it was sent. Pictures whose number could not be read, or was not logged, are left out. */
export function delays(shown: readonly ShownFrame[], sent: ReadonlyMap<number, number>): DelayedFrame[] {
  return shown.flatMap(({ number, shownAt }) => {
    const sentAt = number === null ? undefined : sent.get(number);
    return sentAt === undefined ? [] : [{ shownAt, delay: shownAt - sentAt }];
  });
}
