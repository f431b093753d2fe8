import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Credentials } from '@marsad/contract';
import type { Publication, Publisher } from '../../stream-publishing.ts';
import type { EdgeParts } from '../edge-parts.ts';
import { answer as reply } from '../http/answer.ts';
import { readBody } from '../http/body.ts';
import { credentialsOf, refusalStatus } from '../http/credentials.ts';
import { refuse } from '../http/refuse.ts';
import { answerSession } from '../http/session-resource.ts';
import { readPublishOffer } from './whip-offer.ts';
import { WhipSession } from './whip-session.ts';

const MAX_OFFER = 64 * 1024;
/** Publishers at once. */
const MAX_SESSIONS = 500;
const ROUTE = /^\/(?:whip|w)(?:\/(.{1,340}?))?\/?$/;
const SRS = /^\/rtc\/v1\/whip\/?$/;
const SESSION = /(?:^|\/)([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** What a stream key leads to: a stream somebody may publish. */
interface Door {
  /** In the log; never the key itself. */
  readonly stream: string;
  /** Null while somebody else publishes it. A string says why it cannot be published at all now. */
  publish(publisher: Publisher): Publication | string | null;
  /** The session is over, or never began. */
  closed(): void;
}

/** Streams whose keys this edge knows by itself. */
export interface KnownKeys {
  /** Null for a key that is not known here. */
  door(key: string): Omit<Door, 'closed'> | null;
}

/**
 * WHIP (RFC 9725): `POST /whip/{key}` (or `/w/{key}`, or without the key and with `Authorization: Bearer {key}`, or SRS's
 * `/rtc/v1/whip/?stream={key}`) with an SDP offer, then `PATCH` (trickle ICE, RFC 8840) and `DELETE` on the session.
 */
export class WhipEndpoint {
  readonly #parts: EdgeParts;
  readonly #keys: KnownKeys | null;
  readonly #sessions = new Map<string, WhipSession>();

  constructor(parts: EdgeParts, keys: KnownKeys | null) {
    this.#parts = parts;
    this.#keys = keys;
  }

  static matches(pathname: string): boolean {
    return ROUTE.test(pathname) || SRS.test(pathname);
  }

  async handle(request: IncomingMessage, url: URL, response: ServerResponse): Promise<void> {
    if (request.method === 'POST') return this.#open(request, url, response);
    if (request.method === 'OPTIONS') {
      response.writeHead(204, { 'accept-post': 'application/sdp' }).end();
      return;
    }
    const session = SESSION.exec(url.pathname)?.[1];
    if (session === undefined) {
      response.setHeader('allow', 'POST, OPTIONS');
      return refuse(response, 405, 'only POST is allowed here');
    }
    return this.#existing(request, response, session);
  }

  close(): void {
    for (const session of [...this.#sessions.values()]) session.close('STREAM_ENDED', 'the edge stops');
  }

  async #open(request: IncomingMessage, url: URL, response: ServerResponse): Promise<void> {
    const credentials = credentialsOf(request, url);
    const key = keyOf(url, credentials);
    if (key === null) {
      return refuse(response, 401, 'the stream key is missing: put it behind /whip/ or into Authorization: Bearer');
    }
    if (!/^application\/sdp\b/i.test(request.headers['content-type'] ?? '')) {
      response.setHeader('accept-post', 'application/sdp');
      return refuse(response, 415, 'the offer must be application/sdp');
    }
    const body = await readBody(request, MAX_OFFER);
    if (!body) return refuse(response, 413, 'the offer is too long');
    const sdp = body.toString('utf8');
    if (!sdp.startsWith('v=0')) return refuse(response, 400, 'the offer is not SDP');
    const profile = url.searchParams.get('profile') === 'sub' ? 'sub' : 'main';
    const door = await this.#door(key, profile, credentials, this.#parts.clientAddress.of(request));
    if ('status' in door) return refuse(response, door.status, door.text);
    const offer = readPublishOffer(sdp);
    if (typeof offer === 'string') {
      door.closed();
      return refuse(response, 406, offer);
    }
    if (this.#sessions.size >= MAX_SESSIONS) {
      door.closed();
      response.setHeader('retry-after', '10');
      return refuse(response, 503, 'too many publishers');
    }
    const session = new WhipSession({
      offer,
      parts: this.#parts,
      stream: door.stream,
      onClosed: (closed) => {
        this.#sessions.delete(closed.id);
        door.closed();
      },
    });
    this.#sessions.set(session.id, session);
    const publication = door.publish({ end: (reason) => session.close('STREAM_ENDED', reason) });
    if (publication === null || typeof publication === 'string') {
      session.close('STREAM_ENDED');
      return refuse(response, 409, publication ?? 'somebody else publishes this stream');
    }
    session.begin(publication);
    const answer = await session.answer(sdp);
    if (answer === null) {
      session.close('PROTOCOL_ERROR', 'the offer cannot be answered');
      return refuse(response, 400, 'the offer cannot be answered');
    }
    this.#parts.log.info({ whip: session.id, stream: door.stream }, 'publisher came');
    reply(response, 201, answer, {
      'content-type': 'application/sdp',
      location: `/whip/session/${session.id}`,
      etag: `"${session.id}"`,
      'accept-patch': 'application/trickle-ice-sdpfrag',
      link: this.#parts.turn.links(session.id),
    });
  }

  async #door(
    key: string,
    profile: 'main' | 'sub',
    credentials: Credentials,
    address: string,
  ): Promise<Door | { status: number; text: string }> {
    const known = this.#keys?.door(key);
    if (known) return { ...known, closed: () => {} };
    const { access, publishing } = this.#parts;
    const session = randomUUID();
    const answer = await access.ask({
      session,
      protocol: 'whip',
      action: 'publish',
      path: key,
      profile,
      credentials,
      address,
    });
    if (answer.outcome === 'refused') return { status: refusalStatus[answer.reason], text: answer.detail };
    if (answer.outcome !== 'publish') {
      access.closed(session);
      return { status: 403, text: 'this may not be published' };
    }
    const { camera, user } = answer;
    return {
      stream: `${answer.profile}/${camera}`,
      publish: (publisher) => publishing.publish({ camera, profile: answer.profile }, { ...publisher, user }),
      closed: () => access.closed(session),
    };
  }

  #existing(request: IncomingMessage, response: ServerResponse, id: string): Promise<void> {
    const session = this.#sessions.get(id);
    const resource = session && {
      ufrag: session.ufrag,
      end: () => session.close('STREAM_ENDED', 'DELETE'),
      addCandidate: (candidate: string, mid: string) => session.addCandidate(candidate, mid),
    };
    return answerSession(request, response, id, resource);
  }
}

function keyOf(url: URL, credentials: Credentials): string | null {
  const named = SRS.test(url.pathname) ? url.searchParams.get('stream') : decoded(ROUTE.exec(url.pathname)?.[1] ?? '');
  if (named) return named.length <= 300 ? named : null;
  return credentials.kind === 'bearer' && credentials.token.length <= 300 ? credentials.token : null;
}

/** LiveKit's clients may leave the word Bearer out. */
function decoded(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}
