import { describeError, type ErrorBody, type ErrorCode, errorCodes } from '@marsad/contract';
import type { FastifyError } from 'fastify';
import { AppError } from '../app-error.ts';
import { isDatabaseUnavailable } from '../database/database.ts';
import { ValidationError } from './validation.ts';

/** What a caller is told about an error, and whether it is our fault (then it is logged with its stack). */
export interface Problem {
  readonly status: number;
  readonly code: ErrorCode;
  readonly body: ErrorBody;
  readonly unexpected: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

/** What is sent of a problem, by routes whose errors have a form of their own. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Turns anything thrown into an answer. Nothing of an error that is not meant for callers gets out. */
export function problemOf(error: unknown, limits: { readonly body: number }): Problem {
  const known = appErrorOf(error, limits);
  const seconds = known.facts.retry_after;
  return {
    status: errorCodes[known.code].status,
    code: known.code,
    body: describeError(known.code, known.facts),
    unexpected: known.code === 'INTERNAL',
    headers: typeof seconds === 'number' ? { 'retry-after': String(seconds) } : {},
  };
}

function appErrorOf(error: unknown, limits: { readonly body: number }): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof ValidationError) return new AppError('VALIDATION_FAILED', error.facts);
  if (isDatabaseUnavailable(error)) return new AppError('SERVICE_UNAVAILABLE', { part: 'database' }, error);
  switch (codeOf(error)) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new AppError('PAYLOAD_TOO_LARGE', { limit: limits.body });
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new AppError('UNSUPPORTED_MEDIA_TYPE');
    default:
      return isBadRequest(error) ? new AppError('VALIDATION_FAILED', malformed) : new AppError('INTERNAL', {}, error);
  }
}

export const malformed = { detail: 'it cannot be read', detail_ar: 'تعذّرت قراءته' };

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** Whatever else the HTTP layer finds wrong with a request: broken JSON, a bad URL, a wrong length. */
function isBadRequest(error: unknown): boolean {
  const status = error instanceof Error ? (error as Partial<FastifyError>).statusCode : undefined;
  return status !== undefined && status >= 400 && status < 500;
}
