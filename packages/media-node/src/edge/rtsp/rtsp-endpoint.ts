import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { StreamProvider } from '../../stream-provider.ts';
import type { RtspConnInfo } from './conn-info.ts';
import { Gatekeeper } from './gatekeeper.ts';
import { RtspConnection } from './rtsp-connection.ts';
import { RtspFeeds } from './rtsp-feeds.ts';
import type { RtspOptions } from './rtsp-options.ts';
import type { RtspParts } from './rtsp-parts.ts';
import { UdpPorts } from './udp-ports.ts';

const MAX_CONNECTIONS = 2000;
/** TLS connections whose handshake is not done. */
const MAX_HANDSHAKES = 200;

/** The edge's RTSP server (RFC 2326): every stream can be read from it, and streams be published to it. */
export class RtspEndpoint {
  readonly #options: RtspOptions;
  readonly #parts: RtspParts;
  readonly #feeds: RtspFeeds;
  readonly #ports: UdpPorts;
  readonly #gatekeeper = new Gatekeeper();
  readonly #plain: Server;
  readonly #secure: Server | null;
  /** In the order they came. */
  readonly #connections = new Set<RtspConnection>();
  /** Not yet TLS; by the client's address and port. */
  readonly #handshaking = new Map<string, Socket>();
  readonly #everySecond = { second: () => this.#second() };
  #port = 0;
  #securePort: number | null = null;
  #refused = 0;
  #closed = false;

  constructor(options: { rtsp: RtspOptions; parts: RtspParts; streams: StreamProvider }) {
    const { rtsp, parts, streams } = options;
    this.#options = rtsp;
    this.#parts = parts;
    this.#feeds = new RtspFeeds({ streams, metrics: parts.metrics });
    this.#ports = new UdpPorts({ host: rtsp.host, port: rtsp.udpPort });
    this.#plain = createServer((socket) => this.#accept(socket, false));
    const { tls } = rtsp;
    this.#secure = tls
      ? createTlsServer({ cert: tls.cert, key: tls.key, handshakeTimeout: 10_000 }, (socket) =>
          this.#accept(socket, true),
        )
      : null;
    // A handshake that fails says so on its socket, which is gone then.
    this.#secure?.on('tlsClientError', () => {});
    this.#secure?.on('connection', (socket: Socket) => this.#handshake(socket));
  }

  /** TCP port of `rtsp`, once started. */
  get port(): number {
    return this.#port;
  }

  /** TCP port of `rtsps`; null without TLS. */
  get securePort(): number | null {
    return this.#securePort;
  }

  get udpPorts(): readonly [rtp: number, rtcp: number] {
    return this.#ports.ports;
  }

  /** Rejects when a port cannot be had; nothing stays open then. */
  async start(): Promise<void> {
    const { host, port, tls } = this.#options;
    try {
      await this.#ports.start();
      this.#port = await listening(this.#plain, host, port);
      if (this.#secure && tls) this.#securePort = await listening(this.#secure, host, tls.port);
    } catch (error) {
      await this.close();
      throw error;
    }
    for (const server of [this.#plain, this.#secure]) {
      server?.on('error', (error) => this.#parts.log.warn({ err: error }, 'an RTSP connection could not be taken'));
    }
    this.#parts.clock.add(this.#everySecond);
    this.#parts.log.info({ port: this.#port, secure: this.#securePort, udp: this.udpPorts }, 'RTSP listens');
  }

  /** Every connection there is. */
  list(): RtspConnInfo[] {
    return [...this.#connections].map((connection) => connection.info);
  }

  /** Safe to call twice. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#parts.clock.remove(this.#everySecond);
    const servers = [this.#plain, this.#secure].filter((server) => server?.listening);
    const ended = servers.map((server) => new Promise<void>((resolve) => server?.close(() => resolve())));
    for (const connection of [...this.#connections]) connection.close('the server ends');
    for (const socket of this.#handshaking.values()) socket.destroy();
    this.#feeds.close();
    await Promise.all([...ended, this.#ports.close()]);
  }

  #handshake(socket: Socket): void {
    if (this.#closed || this.#handshaking.size >= MAX_HANDSHAKES) {
      this.#refused++;
      socket.destroy();
      return;
    }
    const name = nameOf(socket);
    this.#handshaking.set(name, socket);
    socket.once('close', () => {
      if (this.#handshaking.get(name) === socket) this.#handshaking.delete(name);
    });
  }

  /** When there are too many, the one goes that has been connected longest without being let in. */
  #makeRoom(): boolean {
    const max = this.#options.maxConnections ?? MAX_CONNECTIONS;
    if (this.#connections.size < max) return true;
    this.#refused++;
    for (const connection of this.#connections) {
      if (!connection.isIdle) continue;
      connection.close('others need its place');
      return true;
    }
    return false;
  }

  #accept(socket: Socket, secure: boolean): void {
    if (secure) this.#handshaking.delete(nameOf(socket));
    if (this.#closed || !this.#makeRoom()) {
      socket.destroy();
      return;
    }
    const connection = new RtspConnection({
      socket,
      secure,
      parts: this.#parts,
      feeds: this.#feeds,
      ports: this.#ports,
      gatekeeper: this.#gatekeeper,
      onClosed: (closed) => {
        this.#connections.delete(closed);
        this.#count();
      },
    });
    this.#connections.add(connection);
    this.#count();
  }

  #second(): void {
    const now = performance.now();
    for (const connection of [...this.#connections]) connection.second(now);
    this.#feeds.second();
    if (this.#refused === 0) return;
    this.#parts.log.warn({ refused: this.#refused, open: this.#connections.size }, 'too many RTSP connections');
    this.#refused = 0;
  }

  #count(): void {
    this.#parts.metrics.connections.set({ protocol: 'rtsp' }, this.#connections.size);
  }
}

function nameOf(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort}`;
}

async function listening(server: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog: 1024 }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address: AddressInfo | string | null = server.address();
  return typeof address === 'object' && address ? address.port : port;
}
