/** Something `marsad start` cannot get past. `advice` says what the person at the terminal can do about it. */
export class StartError extends Error {
  readonly code = 'START_FAILED';
  readonly advice: string;

  constructor(message: string, advice: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.name = 'StartError';
    this.advice = advice;
  }
}
