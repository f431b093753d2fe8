import type { ServerResponse } from 'node:http';
import { answer } from './answer.ts';

/** A refusal in plain words, as WHIP and WHEP have it. */
export function refuse(response: ServerResponse, status: number, text: string): void {
  answer(response, status, text, {
    'content-type': 'text/plain',
    ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
  });
}
