import type { StreamReason } from '@marsad/contract';
import type { RtspRequest } from '@marsad/media';
import type { Logger } from 'pino';
import { Admission } from './admission.ts';
import type { RtspConnInfo } from './conn-info.ts';
import type { Gatekeeper } from './gatekeeper.ts';
import type { MediaPaths } from './media-paths.ts';
import { PublisherSide } from './publisher-side.ts';
import { ReaderSide } from './reader-side.ts';
import type { Fields, Reply } from './reply.ts';
import type { RtspFeeds } from './rtsp-feeds.ts';
import type { RtspParts } from './rtsp-parts.ts';
import { SESSION_TIMEOUT, type SessionTarget } from './session-target.ts';
import type { SocketWriter } from './socket-writer.ts';

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
/** How long a client may be silent, with what a sign of life may take on its way. Milliseconds. */
const SIGN_PATIENCE = (SESSION_TIMEOUT + 5) * 1000;
/** A reader has its seat from DESCRIBE on; one that sets nothing up for this long gives it back. Milliseconds. */
const SETUP_PATIENCE = 20_000;

const publisherSilent = 'nothing came from the publisher';

/** What is said on one RTSP connection (RFC 2326 10): requests in, answers out, and the one session they are about. */
export class Conversation {
  readonly #options: ConversationOptions;
  readonly #admission: Admission;
  readonly #reader: ReaderSide;
  readonly #publisher: PublisherSide;
  #lastSign = performance.now();
  #ended = false;

  constructor(options: ConversationOptions) {
    this.#options = options;
    const { parts, feeds, paths, log, close } = options;
    const admission = new Admission({ ...options, access: parts.access });
    this.#admission = admission;
    const endSession = (detail: string) => this.#endSession('STREAM_ENDED', detail);
    this.#reader = new ReaderSide({ parts, feeds, admission, paths, log, endSession, close });
    this.#publisher = new PublisherSide({ parts, admission, paths, close });
  }

  get info(): Pick<RtspConnInfo, 'session' | 'state' | 'transport' | 'path' | 'camera'> {
    const [read, publish, target] = [this.#reader.session, this.#publisher.session, this.#target];
    return {
      session: target?.admission ?? null,
      state: read?.isPlaying ? 'read' : publish?.isRecording ? 'publish' : 'idle',
      transport: read?.transport ?? publish?.transport ?? null,
      path: target?.path ?? null,
      camera: target?.camera ?? null,
    };
  }

  /** Somebody was let in, and the session is not over. */
  get hasSession(): boolean {
    return this.#target !== null;
  }

  /** Something came from the client. It keeps a session; a connection without one is not kept by it. */
  sign(): void {
    if (this.hasSession) this.#lastSign = performance.now();
  }

  /** To be called once a second: why the connection has to be closed, or null. */
  second(now: number): string | null {
    const [read, publish] = [this.#reader.session, this.#publisher.session];
    if (publish) return publish.second(now) ? publisherSilent : null;
    if (read?.isPlaying && read.transport === 'tcp') {
      // Its taking what it is sent is a sign of life; there are players that give no other.
      return this.#options.writer.isStuck(now) ? 'the reader takes nothing' : null;
    }
    if (read && !read.isSetUp && now - (this.#target?.begun ?? now) > SETUP_PATIENCE) {
      this.#endSession('STREAM_ENDED', 'nothing was set up');
    }
    const since = Math.max(this.#lastSign, this.#target?.begun ?? 0);
    return now - since > SIGN_PATIENCE ? 'no sign of life' : null;
  }

  async handle(request: RtspRequest, reply: Reply): Promise<void> {
    const { method, headers } = request;
    const { log } = this.#options;
    const named = headers.get('Session')?.split(';')[0]?.trim();
    if (named !== undefined && named !== '' && named !== this.#target?.id) return reply(454);
    const required = headers.get('Require');
    if (required !== null) return reply(551, { Unsupported: required });
    const [isReading, isPublishing] = [this.#reader.session !== null, this.#publisher.session !== null];
    switch (method) {
      case 'OPTIONS':
        return reply(200, { Public: METHODS, ...this.#sessionField });
      case 'GET_PARAMETER':
      case 'SET_PARAMETER':
        return reply(200, this.#sessionField);
      case 'DESCRIBE':
        return isPublishing ? reply(455) : this.#reader.describe(request, reply);
      case 'ANNOUNCE':
        return isReading || isPublishing ? reply(455) : this.#publisher.announce(request, reply);
      case 'SETUP':
        return isPublishing ? this.#publisher.setup(request, reply) : this.#reader.setup(request, reply);
      case 'PLAY': {
        const before = this.info.state;
        this.#reader.play(reply);
        if (this.info.state !== before) log.info({ ...this.info }, 'RTSP reader plays');
        return;
      }
      case 'RECORD': {
        const before = this.info.state;
        this.#publisher.record(reply);
        if (this.info.state !== before) log.info({ ...this.info }, 'RTSP publisher records');
        return;
      }
      case 'PAUSE':
        return isPublishing ? this.#publisher.pause(reply) : this.#reader.pause(reply);
      case 'TEARDOWN':
        reply(this.hasSession ? 200 : 454);
        return this.#endSession('STREAM_ENDED', 'TEARDOWN');
      default:
        return reply(501, { Allow: METHODS });
    }
  }

  /** The connection closes; `why` null: by the client. */
  end(why: string | null): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#admission.end();
    const reason = why === null ? 'CONNECTION_LOST' : why === publisherSilent ? 'NO_PICTURE' : 'STREAM_ENDED';
    this.#endSession(reason, why);
  }

  get #target(): SessionTarget | null {
    return this.#reader.target ?? this.#publisher.target;
  }

  get #sessionField(): Fields {
    return this.#target?.field ?? {};
  }

  #endSession(reason: StreamReason, detail: string | null): void {
    const target = this.#target;
    const read = this.#reader.session;
    this.#reader.end();
    this.#publisher.end(reason, detail);
    this.#options.paths.clear();
    if (!target) return;
    const { path, camera, begun } = target;
    const seconds = Math.round((performance.now() - begun) / 1000);
    const action = read ? 'read' : 'publish';
    this.#options.log.info(
      { path, camera, action, reason, detail, seconds, dropped: read?.dropped },
      'RTSP session ended',
    );
  }
}
