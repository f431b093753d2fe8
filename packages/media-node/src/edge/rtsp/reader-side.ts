import { DisconnectReason } from '@livekit/protocol';
import { formatRange, formatRtpInfo, formatTransport, type RtspRequest } from '@marsad/media';
import type { Logger } from 'pino';
import type { PacketReceiver } from '../../intake/track-intake.ts';
import { parseRtspAddress, type RtspAddress } from './address.ts';
import type { Admission } from './admission.ts';
import type { MediaPaths } from './media-paths.ts';
import { ReadSession } from './read-session.ts';
import type { Reply } from './reply.ts';
import type { RtspFeeds } from './rtsp-feeds.ts';
import type { RtspParts } from './rtsp-parts.ts';
import { SessionTarget } from './session-target.ts';

export interface ReaderSideOptions {
  readonly parts: RtspParts;
  readonly feeds: RtspFeeds;
  readonly admission: Admission;
  readonly paths: MediaPaths;
  readonly log: Logger;
  /** Ends the session there is; the connection stays. */
  readonly endSession: (detail: string) => void;
  /** Closes the connection, which ends the session. */
  readonly close: (why: string) => void;
}

/** A stream that is only being opened may take this long to be described. Milliseconds. */
const DESCRIBE_PATIENCE = 8000;

/** What a reader sends comes to nothing: its reports are a sign of life, which bytes of any kind are. */
const unheard: PacketReceiver = { rtp: () => {}, rtcp: () => {} };

/** The requests of one who reads: DESCRIBE, SETUP, PLAY and PAUSE (RFC 2326 10). */
export class ReaderSide {
  readonly #options: ReaderSideOptions;
  #current: { readonly read: ReadSession; readonly target: SessionTarget } | null = null;

  constructor(options: ReaderSideOptions) {
    this.#options = options;
  }

  get session(): ReadSession | null {
    return this.#current?.read ?? null;
  }

  get target(): SessionTarget | null {
    return this.#current?.target ?? null;
  }

  async describe(request: RtspRequest, reply: Reply): Promise<void> {
    const address = parseRtspAddress(request.uri);
    if (!address) return reply(404);
    const { target, session } = this;
    if (session && target && (target.path !== address.path || target.profile !== address.profile)) {
      if (session.isSetUp) return reply(455);
      this.#options.endSession('another stream was asked for');
    }
    const read = this.session ?? (await this.#admit(request, address, reply));
    const sdp = await read?.describe(DESCRIBE_PATIENCE);
    if (!read || read !== this.session) return;
    if (sdp) return reply(200, { 'Content-Type': 'application/sdp', 'Content-Base': address.base }, { body: sdp });
    this.#nothing(read, reply);
  }

  async setup(request: RtspRequest, reply: Reply): Promise<void> {
    const address = parseRtspAddress(request.uri);
    if (!address) return reply(404);
    const known = this.session;
    if (known?.isPlaying) return reply(455);
    // The profile is left out: players lose the query when they put a track's name behind the base.
    if (known && this.target?.path !== address.path) return reply(459);
    const read = known ?? (await this.#admit(request, address, reply));
    const sdp = await read?.describe(DESCRIBE_PATIENCE);
    const { target } = this;
    if (!read || read !== this.session || !target) return;
    if (!sdp) return this.#nothing(read, reply);
    const refuse = (status: number): void => {
      reply(status);
      // A session that this request would have begun has not.
      if (!known) this.#options.endSession('nothing was set up');
    };
    const medium = address.medium ?? 0;
    const ssrc = read.ssrcOf(medium);
    if (ssrc === null) return refuse(404);
    read.setup(medium, null);
    const chosen = this.#options.paths.choose(request.headers.get('Transport') ?? '', medium, unheard);
    if (!chosen) return refuse(461);
    read.setup(medium, chosen.toReader());
    reply(200, { ...target.field, Transport: formatTransport({ ...chosen.transport, ssrc }) });
  }

  play(reply: Reply): void {
    const { session, target } = this;
    if (!session?.isSetUp || !target) {
      reply(455);
      return;
    }
    const { info, begin } = session.play(target.base);
    const Range = formatRange({ unit: 'npt', start: 'now', end: null });
    reply(200, { ...target.field, Range, ...(info.length > 0 ? { 'RTP-Info': formatRtpInfo(info) } : {}) });
    begin();
  }

  pause(reply: Reply): void {
    const { session, target } = this;
    if (!session?.isSetUp || !target) {
      reply(455);
      return;
    }
    session.pause();
    reply(200, target.field);
  }

  /** The session is over. Safe to call without one. */
  end(): void {
    const read = this.session;
    this.#current = null;
    read?.close();
  }

  /** The reader that is let in; null when it was refused and told so. */
  async #admit(request: RtspRequest, address: RtspAddress, reply: Reply): Promise<ReadSession | null> {
    const { admission, parts, feeds, log, close } = this.#options;
    const admitted = await admission.ask('read', request, address, reply);
    if (!admitted) return null;
    const { id, grant } = admitted;
    const room = parts.rooms.get(grant.room);
    const camera = room?.camera(grant.camera);
    if (!room || !camera || room.isFull || !room.admits(grant.identity)) {
      parts.access.closed(id);
      reply(503, {}, { reason: 'The room of this reader is not here' });
      return null;
    }
    if (room.isGuarded) {
      for (const member of room.membersOf(grant.identity)) member.close(DisconnectReason.DUPLICATE_IDENTITY);
    }
    const read = new ReadSession({ id, grant, room, camera, feeds, parts, log, onEnded: close });
    this.#current = { read, target: new SessionTarget(address, grant.camera, id) };
    return read;
  }

  #nothing(read: ReadSession, reply: Reply): void {
    reply(503, {}, { reason: read.complaint });
    this.#options.endSession(read.complaint);
  }
}
