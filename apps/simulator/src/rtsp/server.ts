import { createServer, type Server } from 'node:net';
import { RtspAuthVerifier } from '@marsad/media';
import type { CameraStream } from '../streams/camera-stream.ts';
import { RtspConnection, type RtspTarget } from './connection.ts';

export interface RtspCredentials {
  readonly user: string;
  readonly password: string;
  /** Default `digest`, offering SHA-256 and MD5. */
  readonly scheme?: 'digest' | 'digest-md5' | 'digest-sha256' | 'basic';
}

export interface RtspServerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly credentials: RtspCredentials | null;
  /** Seconds. */
  readonly sessionTimeout: number;
  /** While it is waited for, the client is. */
  readonly find: (camera: string, profile: string) => Promise<RtspTarget | null>;
}

const SCHEMES = {
  digest: ['SHA-256', 'MD5'],
  'digest-md5': ['MD5'],
  'digest-sha256': ['SHA-256'],
  basic: ['Basic'],
} as const;

/** All cameras of a farm behind one port. */
export class RtspServer {
  readonly #options: RtspServerOptions;
  readonly #server: Server;
  readonly #connections = new Set<RtspConnection>();
  #timer: NodeJS.Timeout | null = null;

  constructor(options: RtspServerOptions) {
    this.#options = options;
    const { credentials } = options;
    const auth = credentials && {
      verifier: new RtspAuthVerifier({ realm: 'camera', schemes: SCHEMES[credentials.scheme ?? 'digest'] }),
      password: (user: string) => (user === credentials.user ? credentials.password : null),
    };
    this.#server = createServer((socket) => {
      const connection = new RtspConnection({
        socket,
        find: options.find,
        auth,
        sessionTimeout: options.sessionTimeout,
      });
      this.#connections.add(connection);
      socket.on('close', () => this.#connections.delete(connection));
    });
  }

  /** Rejects when the port is taken. Answers the port. */
  async start(): Promise<number> {
    const { host, port, sessionTimeout } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host, port, backlog: 1024 }, () => {
        this.#server.removeListener('error', reject);
        resolve();
      });
    });
    this.#timer = setInterval(() => {
      for (const connection of this.#connections) connection.checkTimeout();
    }, sessionTimeout * 100);
    this.#timer.unref();
    const address = this.#server.address();
    return typeof address === 'object' && address ? address.port : port;
  }

  /** Cuts every connection that plays the stream. */
  cut(stream: CameraStream): void {
    for (const connection of [...this.#connections]) connection.cut(stream);
  }

  async close(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    for (const connection of [...this.#connections]) connection.close();
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve));
  }
}
