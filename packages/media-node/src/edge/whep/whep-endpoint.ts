import type { IncomingMessage, ServerResponse } from 'node:http';
import { DisconnectReason } from '@livekit/protocol';
import { tokenOf } from '../access-token.ts';
import type { EdgeParts } from '../edge-parts.ts';
import { readBody } from '../http/body.ts';
import { readFragment, readOffer } from './whep-offer.ts';
import { WhepSession } from './whep-session.ts';

const MAX_OFFER = 64 * 1024;
const MAX_FRAGMENT = 16 * 1024;
const ROUTE = /^\/whep\/([^/]{1,300})(?:\/([0-9a-f-]{36}))?$/;

/**
 * WHEP (draft-ietf-wish-whep): `POST /whep/{camera}` with an SDP offer, `PATCH` (trickle ICE, RFC 8840) and `DELETE` on the
 * session it answers. The token is a LiveKit join token for the room `camera_{camera}`, which must exist. `OPTIONS` with the token tells
 * of relays before a player makes its offer, which then can name the relay's address at once.
 */
export class WhepEndpoint {
  readonly #parts: EdgeParts;
  readonly #sessions = new Map<string, WhepSession>();

  constructor(parts: EdgeParts) {
    this.#parts = parts;
  }

  async handle(request: IncomingMessage, url: URL, response: ServerResponse): Promise<void> {
    const [, encoded, session] = ROUTE.exec(url.pathname) ?? [];
    const camera = encoded === undefined ? null : decoded(encoded);
    if (camera === null) return refuse(response, 404, 'no such resource');
    if (request.method === 'OPTIONS') return this.#options(request, url, response);
    if (session !== undefined) return this.#existing(request, response, session);
    if (request.method !== 'POST') {
      response.setHeader('allow', 'POST, OPTIONS');
      return refuse(response, 405, 'only POST is allowed here');
    }
    return this.#open(request, url, response, camera);
  }

  close(): void {
    for (const session of [...this.#sessions.values()]) session.close();
  }

  async #open(request: IncomingMessage, url: URL, response: ServerResponse, id: string): Promise<void> {
    const token = tokenOf(request.headers.authorization, url.searchParams);
    const grant = token === null ? null : await this.#parts.tokens.verify(token);
    if (!grant) {
      response.setHeader('www-authenticate', 'Bearer');
      return refuse(response, 401, 'invalid authorization token');
    }
    const name = `camera_${id}`;
    if (!grant.video.roomJoin || grant.video.room !== name || grant.video.canSubscribe === false) {
      return refuse(response, 403, 'the token is not for this camera');
    }
    if (grant.identity === '') return refuse(response, 400, 'identity cannot be empty');
    const room = this.#parts.rooms.get(name);
    const camera = room?.camera(id);
    if (!room || !camera) return refuse(response, 404, 'no such camera');
    if (!room.admits(grant.identity)) return refuse(response, 403, 'not admitted to this room');
    if (room.isFull) return refuse(response, 403, 'room is full');
    if (!/^application\/sdp\b/i.test(request.headers['content-type'] ?? '')) {
      return refuse(response, 415, 'the offer must be application/sdp');
    }
    const body = await readBody(request, MAX_OFFER);
    if (!body) return refuse(response, 413, 'the offer is too long');
    const sdp = body.toString('utf8');
    if (!sdp.startsWith('v=0')) return refuse(response, 400, 'the offer is not SDP');
    const offer = readOffer(sdp);
    if (!offer) return refuse(response, 406, 'the offer has no video line for H264 with packetization-mode=1');
    // Asked again after the body was awaited: the viewer may have been taken off meanwhile.
    if (!room.admits(grant.identity)) return refuse(response, 403, 'not admitted to this room');
    if (room.isGuarded) {
      for (const member of room.membersOf(grant.identity)) member.close(DisconnectReason.DUPLICATE_IDENTITY);
    }
    const session = new WhepSession({
      grant,
      room,
      camera,
      offer,
      parts: this.#parts,
      onClosed: (closed) => this.#sessions.delete(closed.id),
    });
    this.#sessions.set(session.id, session);
    const answer = await session.answer(sdp);
    if (answer === null) {
      session.close();
      return refuse(response, 400, 'the offer cannot be answered');
    }
    if (!room.admits(grant.identity) || room.camera(id) !== camera) {
      session.close();
      return refuse(response, 404, 'no such camera');
    }
    if (camera.isUnsupported) {
      session.close();
      return refuse(response, 409, 'the stream cannot be shown over WebRTC');
    }
    response.writeHead(201, {
      'content-type': 'application/sdp',
      location: `/whep/${encodeURIComponent(id)}/${session.id}`,
      etag: `"${session.id}"`,
      'accept-patch': 'application/trickle-ice-sdpfrag',
      link: this.#parts.turn.links(grant.identity),
    });
    response.end(answer);
  }

  /** Relays are told to whoever shows a token of this edge, for whichever room; nobody else hears of them. */
  async #options(request: IncomingMessage, url: URL, response: ServerResponse): Promise<void> {
    const token = tokenOf(request.headers.authorization, url.searchParams);
    const grant = token === null ? null : await this.#parts.tokens.verify(token);
    const link = grant?.video.roomJoin ? this.#parts.turn.links(grant.identity) : [];
    response.writeHead(204, { 'accept-post': 'application/sdp', link }).end();
  }

  async #existing(request: IncomingMessage, response: ServerResponse, id: string): Promise<void> {
    const session = this.#sessions.get(id);
    if (!session) return refuse(response, 404, 'no such session');
    if (request.method === 'DELETE') {
      session.close();
      response.writeHead(200).end();
      return;
    }
    if (request.method !== 'PATCH') {
      response.setHeader('allow', 'PATCH, DELETE, OPTIONS');
      return refuse(response, 405, 'only PATCH and DELETE are allowed here');
    }
    if (!/^application\/trickle-ice-sdpfrag\b/i.test(request.headers['content-type'] ?? '')) {
      return refuse(response, 415, 'only application/trickle-ice-sdpfrag is understood');
    }
    const match = request.headers['if-match'];
    if (match !== undefined && match !== '*' && match !== `"${id}"`)
      return refuse(response, 412, 'another ICE session');
    const body = await readBody(request, MAX_FRAGMENT);
    if (!body) return refuse(response, 413, 'the fragment is too long');
    for (const { candidate, mid } of readFragment(body.toString('utf8'))) session.addCandidate(candidate, mid);
    response.writeHead(204).end();
  }
}

function decoded(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain' });
  response.end(text);
}
