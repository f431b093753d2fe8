import { randomBytes, randomUUID } from 'node:crypto';
import { DisconnectReason } from '@livekit/protocol';
import type { AccessAnswer, StreamReason } from '@marsad/contract';
import {
  formatRange,
  formatRtpInfo,
  formatSession,
  formatTransport,
  MediaError,
  parseSdp,
  type RtspRequest,
  type SessionDescription,
} from '@marsad/media';
import type { Logger } from 'pino';
import { SourceError } from '../../ingest/source/source.ts';
import type { PacketReceiver } from '../../intake/track-intake.ts';
import { parseRtspAddress, type RtspAddress } from './address.ts';
import type { RtspConnInfo } from './conn-info.ts';
import { type Gatekeeper, statusOfRefusal } from './gatekeeper.ts';
import type { MediaPaths } from './media-paths.ts';
import { type PublishGrant, PublishSession } from './publish-session.ts';
import { type ReadGrant, ReadSession } from './read-session.ts';
import type { RtspFeeds } from './rtsp-feeds.ts';
import type { RtspParts } from './rtsp-parts.ts';
import type { SocketWriter } from './socket-writer.ts';

type Fields = Record<string, string | number | readonly string[] | undefined>;
/** Writes the answer to one request. `reason` takes the place of the usual phrase. */
export type Reply = (status: number, fields?: Fields, more?: { body?: string; reason?: string }) => void;

export interface ConversationOptions {
  /** Names the connection: nonces are good for it only. */
  readonly connection: string;
  readonly address: string;
  readonly parts: RtspParts;
  readonly feeds: RtspFeeds;
  readonly gatekeeper: Gatekeeper;
  readonly paths: MediaPaths;
  readonly writer: SocketWriter;
  readonly log: Logger;
  /** Closes the connection, which ends this. */
  readonly close: (why: string) => void;
}

const METHODS =
  'OPTIONS, DESCRIBE, ANNOUNCE, SETUP, PLAY, RECORD, PAUSE, GET_PARAMETER, SET_PARAMETER, TEARDOWN' as const;
/** Seconds a session lives without a sign of its client. */
const SESSION_TIMEOUT = 60;
/** The same with what a sign may take on its way, milliseconds. */
const SIGN_PATIENCE = (SESSION_TIMEOUT + 5) * 1000;
/** A stream that is only being opened may take this long to be described. Milliseconds. */
const DESCRIBE_PATIENCE = 8000;
/** A TCP reader that takes nothing for this long is gone. Milliseconds. */
const STUCK_PATIENCE = 15_000;
/** Wrong credentials on one connection before it is closed. */
const MAX_REFUSALS = 8;

/** Reads of a reader's side come to nothing: its reports are a sign of life, which bytes of any kind are. */
const unheard: PacketReceiver = { rtp: () => {}, rtcp: () => {} };

/** What is said on one RTSP connection (RFC 2326 10): requests in, answers out, and the one session they are about. */
export class Conversation {
  readonly #options: ConversationOptions;
  #read: ReadSession | null = null;
  #publish: PublishSession | null = null;
  /** Of the session there is. */
  #session = '';
  #target: { readonly path: string; readonly base: string; readonly camera: string } | null = null;
  #startedAt = 0;
  #lastSign = performance.now();
  #refusals = 0;
  #ended = false;

  constructor(options: ConversationOptions) {
    this.#options = options;
  }

  get info(): Pick<RtspConnInfo, 'state' | 'transport' | 'path' | 'camera'> {
    const target = this.#target;
    return {
      state: this.#read?.isPlaying ? 'read' : this.#publish?.isRecording ? 'publish' : 'idle',
      transport: this.#read?.transport ?? this.#publish?.transport ?? null,
      path: target?.path ?? null,
      camera: target?.camera ?? null,
    };
  }

  /** Something came from the client. */
  sign(): void {
    this.#lastSign = performance.now();
  }

  /** To be called once a second: why the connection has to be closed, or null. */
  second(now: number): string | null {
    const silent = now - this.#lastSign > SIGN_PATIENCE;
    if (this.#publish) return this.#publish.second(now) ? 'nothing came from the publisher' : null;
    if (this.#read?.isPlaying && this.#read.transport === 'tcp') {
      // Its taking what it is sent is a sign of life; there are players that give no other.
      return this.#options.writer.stuckFor(now) > STUCK_PATIENCE ? 'the reader takes nothing' : null;
    }
    return silent ? 'no sign of life' : null;
  }

  async handle(request: RtspRequest, reply: Reply): Promise<void> {
    const { method, headers } = request;
    const named = headers.get('Session')?.split(';')[0]?.trim();
    if (named !== undefined && named !== '' && named !== this.#session) return reply(454);
    switch (method) {
      case 'OPTIONS':
        return reply(200, { Public: METHODS, ...this.#sessionField });
      case 'GET_PARAMETER':
      case 'SET_PARAMETER':
        return reply(200, this.#sessionField);
      case 'DESCRIBE':
        return this.#describe(request, reply);
      case 'ANNOUNCE':
        return this.#announce(request, reply);
      case 'SETUP':
        return this.#setup(request, reply);
      case 'PLAY':
        return this.#play(reply);
      case 'RECORD':
        return this.#record(reply);
      case 'PAUSE':
        return this.#pause(reply);
      case 'TEARDOWN':
        reply(this.#read || this.#publish ? 200 : 454);
        return this.#endSession('STREAM_ENDED', 'TEARDOWN');
      default:
        return reply(501, { Allow: METHODS });
    }
  }

  /** The connection closes; `why` null: by the client. */
  end(why: string | null): void {
    if (this.#ended) return;
    this.#ended = true;
    const silent = why === 'nothing came from the publisher';
    this.#endSession(why === null ? 'CONNECTION_LOST' : silent ? 'NO_PICTURE' : 'STREAM_ENDED', why);
  }

  get #sessionField(): Fields {
    return this.#read || this.#publish ? { Session: formatSession(this.#session, SESSION_TIMEOUT) } : {};
  }

  async #describe(request: RtspRequest, reply: Reply): Promise<void> {
    const address = parseRtspAddress(request.uri);
    if (!address) return reply(404);
    if (this.#publish) return reply(455);
    if (this.#read && this.#target?.path !== address.path) {
      if (this.#read.isSetUp) return reply(455);
      this.#endSession('STREAM_ENDED', 'another stream was asked for');
    }
    const read = this.#read ?? (await this.#admitReader(request, address, reply));
    const sdp = await read?.describe(DESCRIBE_PATIENCE);
    if (!read || read !== this.#read) return;
    if (sdp) return reply(200, { 'Content-Type': 'application/sdp', 'Content-Base': address.base }, { body: sdp });
    reply(503, {}, { reason: read.complaint });
    this.#endSession('NO_PICTURE', read.complaint);
  }

  async #announce(request: RtspRequest, reply: Reply): Promise<void> {
    const address = parseRtspAddress(request.uri);
    if (!address) return reply(404);
    if (this.#read || this.#publish) return reply(455);
    const type = request.headers.get('Content-Type');
    if (type !== null && !/^application\/sdp\b/i.test(type)) return reply(415, {}, { reason: 'SDP is needed' });
    let description: SessionDescription;
    try {
      description = parseSdp(request.body);
    } catch (error) {
      if (!(error instanceof MediaError)) throw error;
      return reply(400, {}, { reason: 'The description cannot be read' });
    }
    const admitted = await this.#ask(request, address, 'publish', reply);
    if (!admitted) return;
    const { id, answer } = admitted;
    const { parts, close } = this.#options;
    let session: PublishSession | null = null;
    try {
      const onEnded = (why: string) => queueMicrotask(() => close(why));
      session = PublishSession.begin({ id, grant: answer, description, parts, onEnded }, performance.now());
      if (!session) reply(409, {}, { reason: 'Somebody else publishes this stream' });
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      const what = error.reason === 'NO_VIDEO' ? 'There is no video' : `${error.detail ?? 'This'} is not taken in`;
      reply(415, {}, { reason: `${what}: H.264 is needed` });
    } finally {
      if (!session) parts.access.closed(id);
    }
    if (!session) return;
    this.#publish = session;
    this.#begin(answer, { ...address, path: answer.camera });
    reply(200, this.#sessionField);
  }

  async #setup(request: RtspRequest, reply: Reply): Promise<void> {
    if (this.#publish) return this.#setupPublisher(this.#publish, request, reply);
    const address = parseRtspAddress(request.uri);
    if (!address) return reply(404);
    const known = this.#read;
    if (known?.isPlaying) return reply(455);
    if (known && this.#target?.path !== address.path) return reply(459);
    const read = known ?? (await this.#admitReader(request, address, reply));
    const sdp = await read?.describe(DESCRIBE_PATIENCE);
    if (!read || read !== this.#read) return;
    const medium = address.medium ?? 0;
    const ssrc = read.ssrcOf(medium);
    if (!sdp || ssrc === null) return reply(404);
    const chosen = this.#options.paths.choose(request.headers.get('Transport') ?? '', medium, unheard);
    if (!chosen) return reply(461);
    read.setup(medium, chosen.toReader());
    reply(200, { ...this.#sessionField, Transport: formatTransport({ ...chosen.transport, ssrc }) });
  }

  #setupPublisher(publish: PublishSession, request: RtspRequest, reply: Reply): void {
    if (publish.isRecording) {
      reply(455);
      return;
    }
    const medium = publish.mediumOf(request.uri);
    if (medium === null) {
      reply(404);
      return;
    }
    const receiver = publish.receiver(medium);
    const chosen = this.#options.paths.choose(request.headers.get('Transport') ?? '', medium, {
      rtp: (packet) => {
        publish.heard(packet.length, performance.now());
        receiver.rtp(packet);
      },
      rtcp: (packet) => receiver.rtcp(packet),
    });
    if (!chosen) {
      reply(461);
      return;
    }
    publish.setup(medium, chosen.toPublisher());
    const Transport = formatTransport({ ...chosen.transport, mode: 'record' });
    reply(200, { ...this.#sessionField, Transport });
  }

  #play(reply: Reply): void {
    const read = this.#read;
    if (!read?.isSetUp || !this.#target) {
      reply(455);
      return;
    }
    const first = !read.isPlaying;
    const { info, begin } = read.play(this.#target.base);
    const Range = formatRange({ unit: 'npt', start: 'now', end: null });
    reply(200, { ...this.#sessionField, Range, ...(info.length > 0 ? { 'RTP-Info': formatRtpInfo(info) } : {}) });
    begin();
    if (first) this.#options.log.info({ ...this.info }, 'RTSP reader plays');
  }

  #record(reply: Reply): void {
    const publish = this.#publish;
    if (!publish?.isSetUp) {
      reply(455);
      return;
    }
    publish.record(performance.now());
    reply(200, this.#sessionField);
    this.#options.log.info({ ...this.info }, 'RTSP publisher records');
  }

  #pause(reply: Reply): void {
    if (!this.#read?.isSetUp) {
      reply(455);
      return;
    }
    this.#read.pause();
    reply(200, this.#sessionField);
  }

  /** The reader that is let in; null when it was refused and told so. */
  async #admitReader(request: RtspRequest, address: RtspAddress, reply: Reply): Promise<ReadSession | null> {
    const admitted = await this.#ask(request, address, 'read', reply);
    if (!admitted) return null;
    const { id, answer } = admitted;
    const { parts, feeds, log, close } = this.#options;
    const room = parts.rooms.get(answer.room);
    const camera = room?.camera(answer.camera);
    if (!room || !camera || room.isFull || !room.admits(answer.identity)) {
      parts.access.closed(id);
      reply(503, {}, { reason: 'The room of this reader is not here' });
      return null;
    }
    if (room.isGuarded) {
      for (const member of room.membersOf(answer.identity)) member.close(DisconnectReason.DUPLICATE_IDENTITY);
    }
    const read = new ReadSession({ id, grant: answer, room, camera, feeds, parts, log, onEnded: close });
    this.#read = read;
    this.#begin(answer, address);
    return read;
  }

  #begin(grant: ReadGrant | PublishGrant, address: RtspAddress): void {
    this.#session = randomBytes(8).toString('hex').toUpperCase();
    this.#startedAt = performance.now();
    this.#target = { path: address.path, base: address.base, camera: grant.camera };
  }

  /** Asks whether the client may; null when it may not, or has gone, and was told so. */
  async #ask<Action extends 'read' | 'publish'>(
    request: RtspRequest,
    address: RtspAddress,
    action: Action,
    reply: Reply,
  ): Promise<{ id: string; answer: Extract<AccessAnswer, { outcome: Action }> } | null> {
    const { gatekeeper, connection, parts, log } = this.#options;
    const presented = gatekeeper.read(request, address, connection);
    if (presented.kind === 'stale') return this.#challenge(reply, true);
    if (presented.kind === 'unusable') return this.#challenge(reply, false);
    const { credentials } = presented;
    // Who publishes may name a key, which is all it needs.
    if (credentials.kind === 'none' && action === 'read') return this.#challenge(reply, false);
    const id = randomUUID();
    const { path, profile } = address;
    const client = this.#options.address.slice(0, 100);
    const answer = await parts.access.ask({
      session: id,
      protocol: 'rtsp',
      action,
      path,
      profile,
      credentials,
      address: client,
    });
    if (answer.outcome === 'refused') {
      log.info({ action, reason: answer.reason }, 'RTSP client refused');
      if (answer.reason === 'UNAUTHENTICATED') return this.#challenge(reply, false);
      reply(statusOfRefusal(answer), {}, { reason: answer.detail });
      return null;
    }
    if (answer.outcome !== action || this.#ended) {
      parts.access.closed(id);
      if (!this.#ended) reply(403);
      return null;
    }
    return { id, answer: answer as Extract<AccessAnswer, { outcome: Action }> };
  }

  #challenge(reply: Reply, stale: boolean): null {
    const { gatekeeper, connection, close } = this.#options;
    reply(401, { 'WWW-Authenticate': gatekeeper.challenges(connection, stale) });
    if (++this.#refusals >= MAX_REFUSALS) close('too many wrong credentials');
    return null;
  }

  #endSession(reason: StreamReason, detail: string | null): void {
    const { paths, log } = this.#options;
    const [read, publish, target] = [this.#read, this.#publish, this.#target];
    this.#read = null;
    this.#publish = null;
    this.#target = null;
    this.#session = '';
    read?.close();
    publish?.close(reason, detail);
    paths.clear();
    if (!read && !publish) return;
    const seconds = Math.round((performance.now() - this.#startedAt) / 1000);
    log.info(
      { ...target, action: read ? 'read' : 'publish', reason, detail, seconds, dropped: read?.dropped },
      'RTSP session ended',
    );
  }
}
