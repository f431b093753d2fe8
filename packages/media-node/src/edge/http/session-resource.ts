import type { IncomingMessage, ServerResponse } from 'node:http';
import { readFragment } from '../whep/whep-offer.ts';
import { answer } from './answer.ts';
import { readBody } from './body.ts';
import { refuse } from './refuse.ts';

/** What lies at the address that the answer to an offer gave (RFC 9725 4.2). */
export interface SessionResource {
  /** Of the client's offer; null where a restart need not be told apart. */
  readonly ufrag: string | null;
  /** The client has had enough. */
  end(): void;
  addCandidate(candidate: string, mid: string): void;
}

const MAX_FRAGMENT = 16 * 1024;

/** Answers DELETE, and PATCH with more candidates (RFC 8840), for the session `id`. */
export async function answerSession(
  request: IncomingMessage,
  response: ServerResponse,
  id: string,
  session: SessionResource | undefined,
): Promise<void> {
  if (!session) return refuse(response, 404, 'no such session');
  if (request.method === 'DELETE') {
    session.end();
    return answer(response, 200, '');
  }
  if (request.method !== 'PATCH') {
    response.setHeader('allow', 'PATCH, DELETE, OPTIONS');
    return refuse(response, 405, 'only PATCH and DELETE are allowed here');
  }
  if (!/^application\/trickle-ice-sdpfrag\b/i.test(request.headers['content-type'] ?? '')) {
    return refuse(response, 415, 'only application/trickle-ice-sdpfrag is understood');
  }
  const match = request.headers['if-match'];
  if (match !== undefined && match !== '*' && match !== `"${id}"`) {
    return refuse(response, 412, 'another ICE session');
  }
  const body = await readBody(request, MAX_FRAGMENT);
  if (!body) return refuse(response, 413, 'the fragment is too long');
  const fragment = body.toString('utf8');
  const ufrag = /^a=ice-ufrag:(\S+)\s*$/m.exec(fragment)?.[1];
  // RFC 9725 4.3.3: a session that cannot restart says so, and the client begins a new one.
  if (session.ufrag !== null && ufrag !== undefined && ufrag !== session.ufrag) {
    return refuse(response, 422, 'ICE restarts are not supported');
  }
  for (const { candidate, mid } of readFragment(fragment)) session.addCandidate(candidate, mid);
  response.writeHead(204).end();
}
