import type { PtzFailure } from '@marsad/contract';

/** Why a camera was not moved. `detail` holds facts for a person and never a credential. */
export class PtzError extends Error {
  readonly reason: PtzFailure['reason'];
  readonly detail: string;

  constructor(reason: PtzFailure['reason'], detail: string, cause?: unknown) {
    super(`${reason}: ${detail}`, cause === undefined ? {} : { cause });
    this.name = 'PtzError';
    this.reason = reason;
    this.detail = detail.slice(0, 200);
  }
}
