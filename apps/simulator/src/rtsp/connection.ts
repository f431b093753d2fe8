import type { Socket } from 'node:net';
import {
  formatRange,
  formatRtpInfo,
  formatRtspResponse,
  formatSession,
  MediaError,
  parseTransport,
  type RtspAuthVerifier,
  RtspDemuxer,
  type RtspRequest,
} from '@marsad/media';
import type { Fault } from '../faults/fault.ts';
import type { CameraStream } from '../streams/camera-stream.ts';
import { describeStream } from './description.ts';
import { RtspSession } from './session.ts';

/** What an address of the farm leads to. */
export interface RtspTarget {
  readonly stream: CameraStream;
  readonly name: string;
  readonly fault: Fault | null;
}

export interface RtspConnectionOptions {
  readonly socket: Socket;
  /** By camera and profile, as in `/cam-0001/main`. */
  readonly find: (camera: string, profile: string) => Promise<RtspTarget | null>;
  readonly auth: { readonly verifier: RtspAuthVerifier; readonly password: (user: string) => string | null } | null;
  /** Seconds that a session lives without a sign of its client. */
  readonly sessionTimeout: number;
}

type Fields = Record<string, string | number | readonly string[] | undefined>;

const METHODS = 'OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, GET_PARAMETER, SET_PARAMETER, TEARDOWN';
const SERVER = 'Marsad camera farm';

/** The server's side of one RTSP connection (RFC 2326). It holds at most one session. */
export class RtspConnection {
  readonly #options: RtspConnectionOptions;
  readonly #demuxer: RtspDemuxer;
  #session: RtspSession | null = null;
  /** Requests are answered one after the other. */
  #queue: Promise<void> = Promise.resolve();
  #lastSign = performance.now();

  constructor(options: RtspConnectionOptions) {
    this.#options = options;
    const { socket } = options;
    this.#demuxer = new RtspDemuxer({
      onRequest: (request) => {
        this.#queue = this.#queue.then(() => this.#handle(request)).catch(() => void socket.destroy());
      },
    });
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.on('error', () => {});
    socket.on('close', () => this.close());
  }

  /** Ends the session when its client has been silent too long. */
  checkTimeout(): void {
    const limit = this.#options.sessionTimeout * 1000 * 1.1;
    if (performance.now() - this.#lastSign > limit) this.close();
  }

  /** Cuts the connection if it plays this stream. */
  cut(stream: CameraStream): void {
    if (this.#session?.stream === stream) this.close();
  }

  close(): void {
    this.#demuxer.close();
    this.#session?.close();
    this.#session = null;
    this.#options.socket.destroy();
  }

  #onData(chunk: Buffer): void {
    this.#lastSign = performance.now();
    try {
      this.#demuxer.push(chunk);
    } catch (error) {
      if (!(error instanceof MediaError)) throw error;
      this.close();
    }
  }

  async #handle(request: RtspRequest): Promise<void> {
    const reply = (status: number, fields: Fields = {}, body = '') => {
      const headers = { CSeq: request.headers.get('CSeq') ?? '0', Server: SERVER, Date: new Date().toUTCString() };
      this.#options.socket.write(formatRtspResponse(status, { ...headers, ...fields }, Buffer.from(body)));
    };
    if (request.method === 'OPTIONS' && !addressOf(request.uri)) return reply(200, { Public: METHODS });
    const address = addressOf(request.uri);
    const target = address && (await this.#options.find(address.camera, address.profile));
    if (target?.fault?.kind === 'unplug') return this.close();
    if (request.method === 'OPTIONS') return reply(200, { Public: METHODS });
    const challenge = this.#challenge(request, target?.fault ?? null);
    if (challenge) return reply(401, { 'WWW-Authenticate': challenge });
    if (!address || !target || target.fault?.kind === 'not-found') return reply(404);
    switch (request.method) {
      case 'DESCRIBE':
        return this.#describe(request, address, target, reply);
      case 'SETUP':
        return this.#setup(request, address, target, reply);
      case 'PLAY':
      case 'PAUSE':
      case 'TEARDOWN':
      case 'GET_PARAMETER':
      case 'SET_PARAMETER':
        return this.#command(request, reply);
      default:
        return reply(501, { Allow: METHODS });
    }
  }

  /** Values of `WWW-Authenticate`, or null when the request may pass. */
  #challenge(request: RtspRequest, fault: Fault | null): string[] | null {
    const { auth } = this.#options;
    const wrong = fault?.kind === 'wrong-password';
    if (!auth) return wrong ? ['Basic realm="camera"'] : null;
    const given = request.headers.get('Authorization');
    const verdict = auth.verifier.verify(request.method, request.uri, given, wrong ? () => null : auth.password);
    return verdict.ok ? null : auth.verifier.challenges(verdict.stale);
  }

  #describe(request: RtspRequest, address: Address, target: RtspTarget, reply: Reply): void {
    const { fault } = target;
    if (fault?.kind === 'redirect' && !address.moved) {
      reply(302, { Location: `${address.origin}/moved${address.path}` });
      return;
    }
    const wrongBase = fault?.kind === 'wrong-content-base';
    const fields: Fields = {
      'Content-Type': 'application/sdp',
      'Content-Base': wrongBase ? 'rtsp://192.0.2.1:554/nowhere/' : `${request.uri.replace(/\/*$/, '')}/`,
    };
    if (fault?.kind === 'huge-header') fields['X-Serial'] = 'M'.repeat(fault.bytes);
    const { stream, name } = target;
    reply(200, fields, describeStream({ name, source: stream.source, audio: stream.hasAudio, fault }));
  }

  async #setup(request: RtspRequest, address: Address, target: RtspTarget, reply: Reply): Promise<void> {
    const { socket, sessionTimeout } = this.#options;
    if (this.#session && this.#session.stream !== target.stream) return reply(459);
    if (address.track === 1 && !target.stream.hasAudio) return reply(404);
    const session =
      this.#session ??
      new RtspSession({
        stream: target.stream,
        socket,
        onActivity: () => {
          this.#lastSign = performance.now();
        },
      });
    const offered = parseTransport(request.headers.get('Transport') ?? '');
    const transport = await session.setup(address.track === 1 ? 'audio' : 'video', offered);
    if (transport === null) return reply(461);
    if (socket.destroyed) return session.close();
    this.#session = session;
    reply(200, { Transport: transport, Session: formatSession(session.id, sessionTimeout) });
  }

  #command(request: RtspRequest, reply: Reply): void {
    const { method } = request;
    const session = this.#session;
    const named = request.headers.get('Session')?.split(';')[0]?.trim();
    if (!session || (named !== undefined && named !== session.id)) {
      // A keep-alive outside of a session is allowed (RFC 2326 10.8).
      reply(method === 'GET_PARAMETER' && named === undefined ? 200 : 454);
      return;
    }
    const fields = { Session: formatSession(session.id, this.#options.sessionTimeout) };
    if (method === 'PLAY') {
      const base = request.uri.replace(/\/*$/, '').replace(/\/trackID=\d$/, '');
      const infos = (['video', 'audio'] as const).flatMap((kind, i) => {
        const track = session.playback[kind];
        return track ? [{ url: `${base}/trackID=${i}`, seq: track.sender.nextSequence, rtptime: null }] : [];
      });
      const range = formatRange({ unit: 'npt', start: 'now', end: null });
      reply(200, { ...fields, Range: range, 'RTP-Info': formatRtpInfo(infos) });
      session.play();
      return;
    }
    if (method === 'PAUSE') session.pause();
    if (method === 'TEARDOWN') {
      session.close();
      this.#session = null;
    }
    reply(200, fields);
  }
}

type Reply = (status: number, fields?: Fields, body?: string) => void;

interface Address {
  readonly origin: string;
  /** `/cam-0001/main` */
  readonly path: string;
  readonly camera: string;
  readonly profile: string;
  readonly track: number | null;
  /** Reached by the path that a redirect names. */
  readonly moved: boolean;
}

function addressOf(uri: string): Address | null {
  const pattern = /^(rtsps?:\/\/[^/]+)?(\/moved)?(\/([\w-]+)\/(\w+))(?:\/trackID=(\d))?\/*$/i;
  const [, origin = '', moved, path, camera, profile, track] = pattern.exec(uri) ?? [];
  if (path === undefined || camera === undefined || profile === undefined) return null;
  return {
    origin,
    path,
    camera,
    profile,
    track: track === undefined ? null : Number(track),
    moved: moved !== undefined,
  };
}
