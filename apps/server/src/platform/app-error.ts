import { type ErrorCode, type ErrorFacts, errorCodes } from '@marsad/contract';

/** A refusal that a caller is told about: its code decides status and sentences, its facts stand beside them. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly facts: ErrorFacts;

  constructor(code: ErrorCode, facts: ErrorFacts = {}, cause?: unknown) {
    super(code, { cause });
    this.code = code;
    this.facts = facts;
  }

  get status(): number {
    return errorCodes[this.code].status;
  }
}
