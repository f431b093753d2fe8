import { formatTransport, MediaError, parseSdp, type RtspRequest, type SessionDescription } from '@marsad/media';
import { SourceError } from '../../ingest/source/source.ts';
import { parseRtspAddress } from './address.ts';
import type { Admission, Admitted } from './admission.ts';
import type { MediaPaths } from './media-paths.ts';
import { PublishSession } from './publish-session.ts';
import type { Reply } from './reply.ts';
import type { RtspParts } from './rtsp-parts.ts';
import { SessionTarget } from './session-target.ts';

export interface PublisherSideOptions {
  readonly parts: RtspParts;
  readonly admission: Admission;
  readonly paths: MediaPaths;
  /** Closes the connection, which ends the session. */
  readonly close: (why: string) => void;
}

/** The requests of one who publishes: ANNOUNCE, SETUP, RECORD and PAUSE (RFC 2326 10). */
export class PublisherSide {
  readonly #options: PublisherSideOptions;
  #current: { readonly publish: PublishSession; readonly target: SessionTarget } | null = null;

  constructor(options: PublisherSideOptions) {
    this.#options = options;
  }

  get session(): PublishSession | null {
    return this.#current?.publish ?? null;
  }

  get target(): SessionTarget | null {
    return this.#current?.target ?? null;
  }

  async announce(request: RtspRequest, reply: Reply): Promise<void> {
    const address = parseRtspAddress(request.uri);
    if (!address) return reply(404);
    const type = request.headers.get('Content-Type');
    if (type !== null && !/^application\/sdp\b/i.test(type)) return reply(415, {}, { reason: 'SDP is needed' });
    const description = read(request.body);
    if (!description) return reply(400, {}, { reason: 'The description cannot be read' });
    const admitted = await this.#options.admission.ask('publish', request, address, reply);
    if (!admitted) return;
    let publish: PublishSession | null = null;
    try {
      publish = this.#begin(admitted, description, reply);
    } finally {
      if (!publish) this.#options.parts.access.closed(admitted.id);
    }
    if (!publish) return;
    const { camera } = admitted.grant;
    const target = new SessionTarget({ ...address, path: camera }, camera, admitted.id);
    this.#current = { publish, target };
    reply(200, target.field);
  }

  setup(request: RtspRequest, reply: Reply): void {
    const { session, target } = this;
    if (!session || !target || session.isRecording) {
      reply(455);
      return;
    }
    const medium = session.mediumOf(request.uri);
    if (medium === null) {
      reply(404);
      return;
    }
    if (session.hasSetUp(medium)) {
      reply(455);
      return;
    }
    const receiver = session.receiver(medium);
    const chosen = this.#options.paths.choose(request.headers.get('Transport') ?? '', medium, {
      rtp: (packet) => {
        session.heard(packet.length, performance.now());
        receiver.rtp(packet);
      },
      rtcp: (packet) => receiver.rtcp(packet),
    });
    if (!chosen) {
      reply(461);
      return;
    }
    session.setup(medium, chosen.toPublisher());
    reply(200, { ...target.field, Transport: formatTransport({ ...chosen.transport, mode: 'record' }) });
  }

  record(reply: Reply): void {
    const { session, target } = this;
    if (!session?.isSetUp || !target) {
      reply(455);
      return;
    }
    session.record(performance.now());
    reply(200, target.field);
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
  end(reason: Parameters<PublishSession['close']>[0], detail: string | null): void {
    const publish = this.session;
    this.#current = null;
    publish?.close(reason, detail);
  }

  /** Null when the stream cannot be taken, and the client was told so. */
  #begin({ id, grant }: Admitted<'publish'>, description: SessionDescription, reply: Reply): PublishSession | null {
    const { parts, close } = this.#options;
    // It may be ended while it begins, before there is a session that the connection could end.
    const onEnded = (why: string) => queueMicrotask(() => close(why));
    try {
      const session = PublishSession.begin({ id, grant, description, parts, onEnded }, performance.now());
      if (!session) reply(409, {}, { reason: 'Somebody else publishes this stream' });
      return session;
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      const what = error.reason === 'NO_VIDEO' ? 'There is no video' : `${error.detail ?? 'This'} is not taken in`;
      reply(415, {}, { reason: `${what}: H.264 is needed` });
      return null;
    }
  }
}

function read(body: Buffer): SessionDescription | null {
  try {
    return parseSdp(body);
  } catch (error) {
    if (error instanceof MediaError) return null;
    throw error;
  }
}
