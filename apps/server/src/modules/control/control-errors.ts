import type { ErrorCode } from '@marsad/contract';
import type { Answer, Problem } from '../../platform/http/problem.ts';

/** What that API says with another status, or in words that its clients look for. */
const words: Partial<Record<ErrorCode, { readonly status: number; readonly error: string }>> = {
  CAMERA_NOT_FOUND: { status: 404, error: 'path not found' },
  CAMERA_EXISTS: { status: 400, error: 'path already exists' },
  CAMERA_PATH_TAKEN: { status: 400, error: 'path already exists' },
};

/** An error in that API's own form. In English alone: programs read it. */
export function controlError({ status, code, body }: Problem): Answer {
  const said = words[code] ?? { status, error: body.error.message_en };
  return { status: said.status, body: { status: 'error', error: said.error } };
}
