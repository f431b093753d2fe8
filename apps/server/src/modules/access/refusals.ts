import { type AccessAnswer, describeError, type ErrorCode } from '@marsad/contract';
import { AppError } from '../../platform/app-error.ts';
import { isDatabaseUnavailable } from '../../platform/database/database.ts';

type Refusal = Extract<AccessAnswer, { outcome: 'refused' }>;

const reasons: Partial<Record<ErrorCode, Refusal['reason']>> = {
  UNAUTHENTICATED: 'UNAUTHENTICATED',
  INVALID_CREDENTIALS: 'UNAUTHENTICATED',
  FORBIDDEN: 'FORBIDDEN',
  SOURCE_FORBIDDEN: 'FORBIDDEN',
  // Not a question of who it is: a player that is asked for its password again would go on guessing.
  RATE_LIMIT_EXCEEDED: 'FORBIDDEN',
  VALIDATION_FAILED: 'NOT_FOUND',
  CAMERA_NOT_FOUND: 'NOT_FOUND',
  CAMERA_OFFLINE: 'OFFLINE',
  AGENCY_LIMIT_EXCEEDED: 'FULL',
  SERVICE_UNAVAILABLE: 'UNAVAILABLE',
};

/** What an edge is told of an error, with the sentence that an HTTP client would read. @throws what is a mistake of ours */
export function refusalOf(error: unknown): Refusal {
  if (isDatabaseUnavailable(error)) return refusalOf(new AppError('SERVICE_UNAVAILABLE', { part: 'database' }, error));
  if (!(error instanceof AppError)) throw error;
  const reason = reasons[error.code];
  if (reason === undefined) throw error;
  const sentence = describeError(error.code, error.facts).error.message_en;
  return { outcome: 'refused', reason, detail: sentence.slice(0, 200) };
}
