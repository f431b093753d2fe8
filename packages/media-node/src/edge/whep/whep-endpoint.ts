import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { DisconnectReason } from '@livekit/protocol';
import type { Credentials, Profile } from '@marsad/contract';
import { type AccessGrant, largestFor, tokenOf } from '../access-token.ts';
import type { EdgeParts } from '../edge-parts.ts';
import { answer as reply } from '../http/answer.ts';
import { readBody } from '../http/body.ts';
import { credentialsOf, refusalStatus } from '../http/credentials.ts';
import { refuse } from '../http/refuse.ts';
import { answerSession } from '../http/session-resource.ts';
import type { CameraParticipant } from '../rooms/camera-participant.ts';
import type { Room } from '../rooms/room.ts';
import { readOffer, type WhepOffer } from './whep-offer.ts';
import { WhepSession } from './whep-session.ts';

const MAX_OFFER = 64 * 1024;
const ROUTE = /^\/whep\/(.{1,900}?)(?:\/([0-9a-f-]{36}))?$/;

/** Where a player may watch. */
interface Place {
  readonly grant: AccessGrant;
  readonly room: Room;
  readonly camera: CameraParticipant;
  readonly profile: Profile;
  /** To be called once when it is over, or never began. */
  readonly left: () => void;
}

interface Refusal {
  readonly status: number;
  readonly text: string;
}

interface Offered {
  readonly sdp: string;
  readonly offer: WhepOffer;
}

interface Playing {
  readonly session: string;
  readonly sdp: string;
}

/**
 * WHEP (draft-ietf-wish-whep): `POST /whep/{camera}` with an SDP offer, `PATCH` (trickle ICE, RFC 8840) and `DELETE` on the
 * session it answers. With a LiveKit join token for the room `camera_{camera}` that room must exist; with any other token, or
 * a login and a password, a reservation is taken for as long as the session lasts. `OPTIONS` with a token of a room tells of
 * relays before a player makes its offer, which then can name the relay's address at once.
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

  async #open(request: IncomingMessage, url: URL, response: ServerResponse, name: string): Promise<void> {
    const credentials = credentialsOf(request, url);
    if (credentials.kind === 'none') return refuse(response, 401, 'invalid authorization token');
    const grant = credentials.kind === 'bearer' ? await this.#parts.tokens.verify(credentials.token) : null;
    const invited = grant && this.#invited(grant, name, url);
    if (invited && 'status' in invited) return refuse(response, invited.status, invited.text);
    const offered = await readOffered(request);
    if ('status' in offered) return refuse(response, offered.status, offered.text);
    const place = invited ?? (await this.#asked(name, url, credentials, this.#parts.clientAddress.of(request)));
    if ('status' in place) return refuse(response, place.status, place.text);
    const answer = await this.#play(place, offered);
    if ('status' in answer) return refuse(response, answer.status, answer.text);
    reply(response, 201, answer.sdp, {
      'content-type': 'application/sdp',
      location: `/whep/${encodeURIComponent(name)}/${answer.session}`,
      etag: `"${answer.session}"`,
      'accept-patch': 'application/trickle-ice-sdpfrag',
      link: this.#parts.turn.links(place.grant.identity),
    });
  }

  /** With a token of the camera's room. Who may have the large picture may ask for the small one. */
  #invited(grant: AccessGrant, id: string, url: URL): Place | Refusal {
    const name = `camera_${id}`;
    if (!grant.video.roomJoin || grant.video.room !== name || grant.video.canSubscribe === false) {
      return refusal(403, 'the token is not for this camera');
    }
    if (grant.identity === '') return refusal(400, 'identity cannot be empty');
    const room = this.#parts.rooms.get(name);
    const camera = room?.camera(id);
    if (!room || !camera) return refusal(404, 'no such camera');
    if (!room.admits(grant.identity)) return refusal(403, 'not admitted to this room');
    if (room.isFull) return refusal(403, 'room is full');
    const profile = largestFor(grant) === 'main' ? profileIn(url) : 'sub';
    return { grant, room, camera, profile, left: () => {} };
  }

  /** With anything else: whoever decides takes a reservation, and shows the camera in a room of the reader's own. */
  async #asked(path: string, url: URL, credentials: Credentials, address: string): Promise<Place | Refusal> {
    const { access, rooms } = this.#parts;
    const session = randomUUID();
    const profile = profileIn(url);
    const answer = await access.ask({ session, protocol: 'whep', action: 'read', path, profile, credentials, address });
    if (answer.outcome === 'refused') return refusal(refusalStatus[answer.reason], answer.detail);
    const left = () => access.closed(session);
    const room = answer.outcome === 'read' ? rooms.get(answer.room) : undefined;
    const camera = answer.outcome === 'read' ? room?.camera(answer.camera) : undefined;
    if (answer.outcome !== 'read' || !room || !camera) {
      left();
      return refusal(503, 'the camera could not be shown');
    }
    const { identity, attributes } = answer;
    const grant = { identity, name: '', metadata: '', attributes, video: {} };
    return { grant, room, camera, profile: answer.profile, left };
  }

  async #play({ grant, room, camera, profile, left }: Place, { sdp, offer }: Offered): Promise<Playing | Refusal> {
    // Asked again after the body was awaited: the viewer may have been taken off meanwhile.
    if (!room.admits(grant.identity)) {
      left();
      return refusal(403, 'not admitted to this room');
    }
    endOthers(room, grant.identity, null);
    const session = new WhepSession({
      grant,
      room,
      camera,
      profile,
      offer,
      parts: this.#parts,
      onClosed: (closed) => {
        this.#sessions.delete(closed.id);
        left();
      },
    });
    this.#sessions.set(session.id, session);
    const answer = await session.answer(sdp);
    const problem =
      answer === null
        ? refusal(400, 'the offer cannot be answered')
        : !room.admits(grant.identity) || room.camera(camera.id) !== camera
          ? refusal(404, 'no such camera')
          : camera.isUnsupported
            ? refusal(409, 'the stream cannot be shown over WebRTC')
            : null;
    if (answer !== null && problem === null) {
      // Somebody may have come with the same identity while candidates were gathered.
      endOthers(room, grant.identity, session);
      return { session: session.id, sdp: answer };
    }
    session.close();
    return problem ?? refusal(400, 'the offer cannot be answered');
  }

  /** Relays are told to whoever shows a token of this edge, for whichever room; nobody else hears of them. */
  async #options(request: IncomingMessage, url: URL, response: ServerResponse): Promise<void> {
    const token = tokenOf(request.headers.authorization, url.searchParams);
    const grant = token === null ? null : await this.#parts.tokens.verify(token);
    const link = grant?.video.roomJoin ? this.#parts.turn.links(grant.identity) : [];
    response.writeHead(204, { 'accept-post': 'application/sdp', link }).end();
  }

  #existing(request: IncomingMessage, response: ServerResponse, id: string): Promise<void> {
    const session = this.#sessions.get(id);
    const resource = session && {
      ufrag: null,
      end: () => session.close(),
      addCandidate: (candidate: string, mid: string) => session.addCandidate(candidate, mid),
    };
    return answerSession(request, response, id, resource);
  }
}

/** Where a room says who may be in it, an identity watches once: the newest of them. */
function endOthers(room: Room, identity: string, newest: WhepSession | null): void {
  if (!room.isGuarded) return;
  for (const member of room.membersOf(identity)) {
    if (member !== newest) member.close(DisconnectReason.DUPLICATE_IDENTITY);
  }
}

async function readOffered(request: IncomingMessage): Promise<Offered | Refusal> {
  if (!/^application\/sdp\b/i.test(request.headers['content-type'] ?? '')) {
    return refusal(415, 'the offer must be application/sdp');
  }
  const body = await readBody(request, MAX_OFFER);
  if (!body) return refusal(413, 'the offer is too long');
  const sdp = body.toString('utf8');
  if (!sdp.startsWith('v=0')) return refusal(400, 'the offer is not SDP');
  const offer = readOffer(sdp);
  if (!offer) return refusal(406, 'the offer has no video line for H264 with packetization-mode=1');
  return { sdp, offer };
}

function profileIn(url: URL): Profile {
  return url.searchParams.get('profile') === 'sub' ? 'sub' : 'main';
}

function decoded(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}

function refusal(status: number, text: string): Refusal {
  return { status, text };
}
