import { chmod, unlink } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { type NodeEvent, type NodeMethod, type NodeQuestion, nodeMethods } from '@marsad/contract';
import type { Logger } from 'pino';
import { parseRpcAddress, type RpcTls } from './address.ts';
import type { EventData, Params, Result } from './method-types.ts';
import { RpcError } from './rpc-error.ts';
import { RpcPeer } from './rpc-peer.ts';

export interface RpcCall {
  /** Id of the request that made the client call, for the log; undefined for what nobody asked for. */
  readonly request_id: string | undefined;
}

/** What the node does when called. What is missing is answered with `UNKNOWN_METHOD`. */
export type RpcHandlers = {
  readonly [M in NodeMethod]?: (params: Params<M>, peer: RpcPeer, call: RpcCall) => Result<M> | Promise<Result<M>>;
};

export interface RpcServerOptions {
  /** `unix:/path` or `tls://host:port`. A socket file nobody listens on is removed; a live one is an error. */
  readonly listen: string;
  /** Both ends know it. At least 16 characters. */
  readonly secret: string;
  readonly tls?: RpcTls;
  readonly handlers: RpcHandlers;
  readonly onPeerGone?: (peer: RpcPeer) => void;
  readonly log: Logger;
  /** Peers connected at once. Default 256. */
  readonly maxPeers?: number;
}

/** Answers other nodes and the api. A peer that breaks the protocol loses its connection, nobody else notices. */
export class RpcServer {
  readonly #options: RpcServerOptions;
  readonly #peers = new Set<RpcPeer>();
  #server: Server | null = null;
  #socketPath: string | null = null;

  constructor(options: RpcServerOptions) {
    if (options.secret.length < 16) throw new RpcError('PEER_REFUSED', 'the RPC secret is shorter than 16 characters');
    this.#options = options;
  }

  async start(): Promise<void> {
    const address = parseRpcAddress(this.#options.listen);
    const { tls } = this.#options;
    const accept = (socket: Socket) => this.#accept(socket);
    if (address.kind === 'unix') {
      await removeStale(address.path);
      // Binding is synchronous: the umask closes the moment before chmod in which another user could connect.
      const before = process.umask(0o177);
      const server = listening(createServer(accept), { path: address.path });
      process.umask(before);
      this.#server = await server;
      await chmod(address.path, 0o600);
      this.#socketPath = address.path;
    } else {
      if (!tls?.cert || !tls.key) throw new RpcError('ADDRESS_INVALID', 'RPC over TLS needs a certificate and its key');
      const server = createTlsServer({ cert: tls.cert, key: tls.key, minVersion: 'TLSv1.2' }, accept);
      server.on('tlsClientError', (error) => this.#options.log.debug({ err: error }, 'TLS handshake of a peer failed'));
      this.#server = await listening(server, { host: address.host, port: address.port });
    }
  }

  async close(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    for (const peer of this.#peers) peer.close();
    if (!server) return;
    await new Promise<void>((resolve) => server.close(() => resolve()));
    if (this.#socketPath) await unlink(this.#socketPath).catch(() => {});
  }

  /** TLS: the port listened on, for tests that asked for 0. */
  get port(): number | null {
    const address = this.#server?.address();
    return address && typeof address === 'object' ? address.port : null;
  }

  /** Tells every peer that has proved itself. */
  broadcast<E extends NodeEvent>(event: E, data: EventData<E>): void {
    for (const peer of this.#peers) peer.event(event, data);
  }

  /** Those who answer this, in the order in which they connected. */
  answering(question: NodeQuestion): RpcPeer[] {
    return [...this.#peers].filter((peer) => peer.answers(question));
  }

  get peers(): number {
    return this.#peers.size;
  }

  #accept(socket: Socket): void {
    if (this.#peers.size >= (this.#options.maxPeers ?? 256)) {
      socket.destroy();
      return;
    }
    const peer = new RpcPeer({
      socket,
      secret: this.#options.secret,
      log: this.#options.log,
      onRequest: (method, params, request_id) => this.#answer(peer, method, params, { request_id }),
      onGone: () => {
        this.#peers.delete(peer);
        this.#options.onPeerGone?.(peer);
      },
    });
    this.#peers.add(peer);
    peer.start();
  }

  async #answer(peer: RpcPeer, method: string, params: unknown, call: RpcCall): Promise<unknown> {
    if (!isMethod(method)) throw new RpcError('UNKNOWN_METHOD', `no method ${method.slice(0, 100)}`);
    if (call.request_id !== undefined) this.#options.log.debug({ method, ...call }, 'RPC call');
    return this.#call(peer, method, params, call);
  }

  async #call<M extends NodeMethod>(peer: RpcPeer, method: M, params: unknown, call: RpcCall): Promise<unknown> {
    const handler = this.#options.handlers[method];
    if (!handler) throw new RpcError('UNKNOWN_METHOD', `this node does not answer ${method}`);
    const parsed = nodeMethods[method].params.safeParse(params);
    if (!parsed.success) {
      const where = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.code}`).join(', ');
      throw new RpcError('INVALID_PARAMS', where.slice(0, 300));
    }
    return await handler(parsed.data as Params<M>, peer, call);
  }
}

function isMethod(name: string): name is NodeMethod {
  return Object.hasOwn(nodeMethods, name);
}

function listening(server: Server, where: { path: string } | { host: string; port: number }): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, () => {
      server.off('error', reject);
      server.on('error', () => {});
      resolve(server);
    });
  });
}

/** A socket file left by a process that was killed refuses connections; one that answers is somebody's. */
async function removeStale(path: string): Promise<void> {
  const alive = await new Promise<boolean>((resolve) => {
    const socket = connect({ path });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
  if (alive) throw new RpcError('ADDRESS_INVALID', `another process listens on ${path}`);
  await unlink(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}
