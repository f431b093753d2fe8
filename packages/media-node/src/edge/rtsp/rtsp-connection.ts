import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { formatRtspResponse, MediaError, RtspDemuxer, type RtspRequest } from '@marsad/media';
import type { Logger } from 'pino';
import type { RtspConnInfo } from './conn-info.ts';
import { Conversation } from './conversation.ts';
import type { Gatekeeper } from './gatekeeper.ts';
import { MediaPaths } from './media-paths.ts';
import type { Reply } from './reply.ts';
import type { RtspFeeds } from './rtsp-feeds.ts';
import type { RtspParts } from './rtsp-parts.ts';
import { SocketWriter } from './socket-writer.ts';
import { plainAddress, type UdpPorts } from './udp-ports.ts';

/** As much of a socket as a connection needs. */
export interface ClientSocket extends Duplex {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  readonly bytesRead: number;
  setNoDelay(on: boolean): unknown;
  setKeepAlive(on: boolean, delay: number): unknown;
}

export interface RtspConnectionOptions {
  readonly socket: ClientSocket;
  /** It came over TLS: then media go through it, and not beside it in the clear. */
  readonly secure: boolean;
  readonly parts: RtspParts;
  readonly feeds: RtspFeeds;
  readonly ports: UdpPorts;
  readonly gatekeeper: Gatekeeper;
  readonly onClosed: (connection: RtspConnection) => void;
}

const MAX_HEADER = 32 * 1024;
const MAX_BODY = 64 * 1024;
/** Requests that may wait for those before them: players send one after the other. */
const MAX_PIPELINED = 32;
/** A request must be whole, and the first one there, within this. Milliseconds. */
const REQUEST_PATIENCE = 10_000;
/** What a client does not read and still asks for more: answers alone, and with what a reader begins with. Bytes. */
const MAX_UNREAD = 256 * 1024;
const MAX_UNREAD_BY_READER = 24 * 1024 * 1024;

/** The server's side of one RTSP connection (RFC 2326): its bytes, and when they have waited too long. */
export class RtspConnection {
  readonly id = randomUUID();
  readonly #options: RtspConnectionOptions;
  readonly #log: Logger;
  readonly #demuxer: RtspDemuxer;
  readonly #writer: SocketWriter;
  readonly #conversation: Conversation;
  readonly #created = Date.now();
  readonly #remote: string;
  readonly #paths: MediaPaths;
  /** Requests are answered one after the other. */
  #queue: Promise<void> = Promise.resolve();
  #queued = 0;
  #datagramBytes = 0;
  #asked = false;
  /** Since when a request or packet has been incomplete. */
  #partialSince: number | null;
  #closed = false;

  constructor(options: RtspConnectionOptions) {
    const { socket, parts } = options;
    this.#options = options;
    const peer = socket.remoteAddress ?? '';
    const address = plainAddress(peer);
    this.#remote = `${address}:${socket.remotePort ?? 0}`;
    this.#log = parts.log.child({ protocol: 'rtsp', connection: this.id, client: this.#remote });
    this.#writer = new SocketWriter(socket);
    this.#partialSince = performance.now();
    this.#paths = new MediaPaths({
      writer: this.#writer,
      ports: options.ports,
      pacer: parts.pacer,
      address: peer,
      interleavedOnly: options.secure,
      onDatagram: (bytes) => {
        this.#datagramBytes += bytes;
        this.#conversation.sign();
      },
    });
    this.#conversation = new Conversation({
      connection: this.id,
      address,
      parts,
      feeds: options.feeds,
      gatekeeper: options.gatekeeper,
      paths: this.#paths,
      writer: this.#writer,
      log: this.#log,
      close: (why) => this.close(why),
    });
    this.#demuxer = new RtspDemuxer({
      maxHeaderBytes: MAX_HEADER,
      maxBodyBytes: MAX_BODY,
      onRequest: (request) => this.#request(request),
      onFrame: (channel, packet) => {
        if (this.#asked) this.#partialSince = null;
        this.#paths.packet(channel, packet);
      },
    });
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 30_000);
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', () => {});
    socket.on('close', () => this.close(null));
  }

  /** Nobody was let in by it, or not any more. */
  get isIdle(): boolean {
    return !this.#conversation.hasSession;
  }

  get info(): RtspConnInfo {
    const { socket, secure } = this.#options;
    return {
      id: this.id,
      created: this.#created,
      remoteAddress: this.#remote,
      secure,
      ...this.#conversation.info,
      bytesReceived: socket.bytesRead + this.#datagramBytes,
      bytesSent: this.#writer.written + this.#paths.datagramBytes,
    };
  }

  /** To be called once a second: closes what has waited too long. */
  second(now: number): void {
    if (this.#partialSince !== null && now - this.#partialSince > REQUEST_PATIENCE) {
      this.#refuse(this.#asked ? 'a request that does not end' : 'no request');
      return;
    }
    const why = this.#conversation.second(now);
    if (why !== null) this.close(why);
  }

  /** Ends the session, if there is one, and the connection. `why` null: the client has gone. Safe to call twice. */
  close(why: string | null): void {
    this.#end(why);
    this.#options.socket.destroy();
  }

  #read(chunk: Buffer): void {
    if (this.#closed) return;
    this.#conversation.sign();
    try {
      this.#demuxer.push(chunk);
    } catch (error) {
      if (!(error instanceof MediaError)) throw error;
      this.#refuse(error.code);
      return;
    }
    if (!this.#demuxer.isAwaitingMore) {
      if (this.#asked) this.#partialSince = null;
    } else this.#partialSince ??= performance.now();
  }

  #request(request: RtspRequest): void {
    this.#asked = true;
    this.#partialSince = null;
    const maxUnread = this.isIdle ? MAX_UNREAD : MAX_UNREAD_BY_READER;
    if (this.#queued >= MAX_PIPELINED || this.#writer.waiting > maxUnread) {
      this.close('more requests than answers');
      return;
    }
    this.#queued++;
    this.#queue = this.#queue
      .then(() => (this.#closed ? undefined : this.#conversation.handle(request, this.#replyTo(request))))
      .catch((error: unknown) => {
        this.#log.error({ err: error, method: request.method }, 'request failed');
        this.close('a request failed');
      })
      .finally(() => this.#queued--);
  }

  #replyTo(request: RtspRequest): Reply {
    return (status, fields = {}, { body = '', reason } = {}) => {
      const headers = { CSeq: request.headers.get('CSeq') ?? undefined, Server: 'Marsad', ...fields };
      const phrase = reason?.replace(/[^ -~]+/g, ' ').slice(0, 200);
      this.#writer.write(formatRtspResponse(status, headers, Buffer.from(body), phrase));
    };
  }

  /** A last answer for what cannot be answered. */
  #refuse(why: string): void {
    const { socket } = this.#options;
    const idle = socket.writableLength === 0;
    this.#end(why);
    if (!idle) {
      socket.destroy();
      return;
    }
    // Cut at once, a client that is still sending would not see it.
    socket.end(formatRtspResponse(400, { Connection: 'close' }));
    setTimeout(() => socket.destroy(), 500);
  }

  #end(why: string | null): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#demuxer.close();
    this.#conversation.end(why);
    this.#options.onClosed(this);
  }
}
