import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import {
  formatInterleaved,
  formatRtspRequest,
  formatRtspResponse,
  RtspAuthorizer,
  RtspDemuxer,
  type RtspRequest,
  type RtspResponse,
  type RtspUrl,
} from '@marsad/media';
import { failureOf } from './rtsp-failure.ts';
import { SourceError } from './source.ts';

export interface RtspConnectionOptions {
  readonly url: RtspUrl;
  /** `rtsps`: whether a certificate that cannot be verified ends the connection. */
  readonly verifyCertificate: boolean;
  /** For the connection to stand, and for each answer, milliseconds. */
  readonly timeoutMs: number;
  /** One interleaved packet, `bytes[start … end - 1]`, valid only during the call. */
  readonly onPacket: (channel: number, bytes: Buffer, start: number, end: number) => void;
  /** Once, unless `close` was called before. */
  readonly onEnded: (error: SourceError) => void;
  /** Bytes came in, of whatever kind. */
  readonly onBytes: (bytes: number) => void;
}

type Headers = Record<string, string | undefined>;

interface Pending {
  readonly method: string;
  readonly resolve: (response: RtspResponse) => void;
  readonly reject: (error: SourceError) => void;
  readonly timer: NodeJS.Timeout;
}

/** More requests without an answer than this, and the camera does not speak RTSP. */
const maxPending = 16;
/** What may wait for a camera that does not read: a few receiver reports. */
const maxWaiting = 256 * 1024;

/**
 * One buffer for the reads of every camera of this process. Safe because the demuxer copies what it keeps before it
 * returns, and no other read can happen meanwhile. It saves an allocation of 64 KiB per read.
 */
const shared = Buffer.allocUnsafeSlow(256 * 1024);

/** One RTSP connection (RFC 2326) from the client's side: requests with their answers, and the packets in between. */
export class RtspConnection {
  readonly #options: RtspConnectionOptions;
  readonly #authorizer: RtspAuthorizer | null;
  readonly #demuxer: RtspDemuxer;
  readonly #pending = new Map<number, Pending>();
  #socket: Socket | null = null;
  #cseq = 0;
  #ended = false;

  constructor(options: RtspConnectionOptions) {
    this.#options = options;
    const { username, password } = options.url;
    this.#authorizer = username === null ? null : new RtspAuthorizer({ username, password: password ?? '' });
    this.#demuxer = new RtspDemuxer({
      onPacket: options.onPacket,
      onResponse: (response) => this.#response(response),
      onRequest: (request) => this.#request(request),
    });
  }

  /** Rejects with a `SourceError`; `onEnded` is then not called. */
  open(): Promise<void> {
    const { url, timeoutMs, verifyCertificate } = this.#options;
    return new Promise((resolve, reject) => {
      let standing = false;
      const fail = (error: SourceError) => {
        if (standing) this.#end(error);
        else {
          this.close();
          reject(error);
        }
      };
      const timer = setTimeout(() => fail(new SourceError('TIMEOUT', 'no connection')), timeoutMs);
      const connected = () => {
        clearTimeout(timer);
        standing = true;
        resolve();
      };
      const where = { host: url.host, port: url.port };
      let socket: Socket;
      if (url.secure) {
        socket = connectTls(
          {
            ...where,
            rejectUnauthorized: verifyCertificate,
            ...(isIP(url.host) ? {} : { servername: url.host }),
          },
          connected,
        );
        socket.on('data', (chunk: Buffer) => this.#read(chunk));
      } else {
        socket = connect({
          ...where,
          onread: {
            buffer: shared,
            callback: (length) => {
              this.#read(shared.subarray(0, length));
              return true;
            },
          },
        });
        socket.once('connect', connected);
      }
      this.#socket = socket;
      socket.setNoDelay(true);
      socket.setKeepAlive(true, 30_000);
      socket.on('error', (error) => {
        clearTimeout(timer);
        fail(failureOf(error));
      });
      socket.on('close', () => {
        clearTimeout(timer);
        fail(new SourceError('CONNECTION_LOST'));
      });
    });
  }

  /** The peer's address, for UDP; null when not connected. */
  get remoteAddress(): string | null {
    return this.#socket?.remoteAddress ?? null;
  }

  /**
   * Sends a request and answers its response, whatever its status; a 401 is first answered with credentials.
   * Rejects with a `SourceError`.
   */
  async request(method: string, uri: string, headers: Headers = {}): Promise<RtspResponse> {
    for (let attempt = 0; ; attempt++) {
      const response = await this.#roundTrip(method, uri, headers);
      if (response.status !== 401 || !this.#authorizer) {
        if (response.status !== 401) this.#authorizer?.accepted();
        return response;
      }
      // Twice: the first 401 brings the nonce, a second may say that it is stale.
      if (attempt >= 2 || !this.#authorizer.challenged(response.headers)) return response;
    }
  }

  /** A packet to the camera. Left out when the camera does not read: reports are not worth a queue. */
  sendPacket(channel: number, packet: Buffer): void {
    const socket = this.#socket;
    if (socket && socket.writableLength < maxWaiting) socket.write(formatInterleaved(channel, packet));
  }

  /** Sends a last request without waiting for its answer, then closes. */
  leave(method: string, uri: string, headers: Headers): void {
    const socket = this.#socket;
    if (!socket || this.#ended) {
      this.close();
      return;
    }
    socket.end(this.#format(method, uri, headers, ++this.#cseq));
    this.#finish();
    setTimeout(() => socket.destroy(), 500).unref();
  }

  close(): void {
    this.#finish();
    this.#socket?.destroy();
  }

  #roundTrip(method: string, uri: string, headers: Headers): Promise<RtspResponse> {
    return new Promise((resolve, reject) => {
      if (this.#ended || !this.#socket) {
        reject(new SourceError('CONNECTION_LOST'));
        return;
      }
      if (this.#pending.size >= maxPending) {
        reject(new SourceError('TIMEOUT', `${method}: no answers`));
        return;
      }
      const cseq = ++this.#cseq;
      const timer = setTimeout(() => {
        this.#pending.delete(cseq);
        reject(new SourceError('TIMEOUT', `${method}: no answer`));
      }, this.#options.timeoutMs);
      this.#pending.set(cseq, { method, resolve, reject, timer });
      this.#socket.write(this.#format(method, uri, headers, cseq));
    });
  }

  #format(method: string, uri: string, headers: Headers, cseq: number): Buffer {
    const authorization = this.#authorizer?.authorization(method, uri) ?? undefined;
    return formatRtspRequest(method, uri, {
      CSeq: cseq,
      'User-Agent': 'Marsad',
      Authorization: authorization,
      ...headers,
    });
  }

  #read(chunk: Buffer): void {
    if (this.#ended) return;
    this.#options.onBytes(chunk.length);
    try {
      this.#demuxer.push(chunk);
    } catch (error) {
      this.#end(failureOf(error));
    }
  }

  #response(response: RtspResponse): void {
    // Some cameras leave CSeq out; then it is the oldest question that is answered.
    const cseq = response.headers.cseq ?? this.#pending.keys().next().value;
    const pending = cseq === undefined ? undefined : this.#pending.get(cseq);
    if (cseq === undefined || !pending || response.status < 200) return;
    this.#pending.delete(cseq);
    clearTimeout(pending.timer);
    pending.resolve(response);
  }

  /** Cameras may ask too (RFC 2326 10): is somebody there? */
  #request(request: RtspRequest): void {
    if (!this.#socket || this.#socket.writableLength > maxWaiting) return;
    const known = request.method === 'OPTIONS' || request.method === 'GET_PARAMETER';
    const cseq = request.headers.cseq;
    this.#socket.write(
      formatRtspResponse(known ? 200 : 501, {
        ...(cseq === null ? {} : { CSeq: cseq }),
        ...(request.method === 'OPTIONS' ? { Public: 'OPTIONS, GET_PARAMETER' } : {}),
      }),
    );
    if (request.method === 'TEARDOWN' || request.method === 'REDIRECT') {
      this.#end(new SourceError('STREAM_ENDED', request.method));
    }
  }

  #end(error: SourceError): void {
    if (this.#ended) return;
    const { onEnded } = this.#options;
    this.#finish(error);
    this.#socket?.destroy();
    onEnded(error);
  }

  #finish(error = new SourceError('CONNECTION_LOST')): void {
    this.#ended = true;
    this.#demuxer.close();
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { timer, reject } of pending) {
      clearTimeout(timer);
      reject(error);
    }
  }
}
