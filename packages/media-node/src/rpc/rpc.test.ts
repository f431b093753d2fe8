import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { jsonFrame } from './frame.ts';
import { RpcClient, type RpcClientOptions } from './rpc-client.ts';
import { RpcServer, type RpcServerOptions } from './rpc-server.ts';

const log = pino({ level: 'silent' });
const secret = 'a secret of some length';
let folder: string;
let listen: string;
const opened: { close(): unknown }[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rpc-'));
  listen = `unix:${join(folder, 'node.sock')}`;
});

afterEach(async () => {
  for (const part of opened.splice(0).reverse()) await part.close();
  rmSync(folder, { recursive: true });
});

async function serve(options: Partial<RpcServerOptions> = {}): Promise<RpcServer> {
  const handlers = { 'node.ping': () => ({ id: 'one', roles: ['ingest'] }) };
  const server = new RpcServer({ listen, secret, log, handlers, ...options });
  await server.start();
  opened.push(server);
  return server;
}

function client(options: Partial<RpcClientOptions> = {}): RpcClient {
  const made = new RpcClient({ address: listen, secret, log, ...options });
  opened.push(made);
  made.start();
  return made;
}

const connected = (peer: RpcClient) => vi.waitFor(() => expect(peer.connected).toBe(true), { timeout: 3000 });

describe('RPC', () => {
  it('answers calls over a socket that only its owner may open', async () => {
    await serve();
    expect(statSync(join(folder, 'node.sock')).mode & 0o777).toBe(0o600);
    const peer = client();
    await connected(peer);
    expect(await peer.call('node.ping', {})).toEqual({ id: 'one', roles: ['ingest'] });
  });

  it('gives up a peer that hangs, however much is written to it', async () => {
    await serve();
    const path = join(folder, 'between.sock');
    const answers: Socket[] = [];
    const between = createServer((near) => {
      const far = connect(join(folder, 'node.sock'));
      near.pipe(far).pipe(near);
      for (const socket of [near, far]) socket.on('error', () => {});
      near.on('close', () => far.destroy());
      answers.push(far);
    });
    await new Promise<void>((resolve) => between.listen(path, resolve));
    opened.push(between);
    const onDisconnected = vi.fn();
    const peer = client({ address: `unix:${path}`, silentMs: 400, maxDelayMs: 50, onDisconnected });
    await connected(peer);
    for (const far of answers) far.unpipe();
    const writing = setInterval(() => void peer.call('node.ping', {}).catch(() => {}), 50);
    await vi.waitFor(() => expect(onDisconnected).toHaveBeenCalled(), { timeout: 2000 });
    clearInterval(writing);
    await connected(peer);
  });

  it('refuses a client with another secret, and a client refuses such a server', async () => {
    const server = await serve();
    const onConnected = vi.fn();
    const stranger = client({ secret: 'another secret, as long', onConnected });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(onConnected).not.toHaveBeenCalled();
    // It tries again and again.
    await expect.poll(() => server.peers).toBe(0);
    await expect(stranger.call('node.ping', {})).rejects.toMatchObject({ code: 'NOT_CONNECTED' });
  });

  it('says nothing but a challenge to one who has not proved himself, and drops large frames', async () => {
    const server = await serve();
    const socket = connect(join(folder, 'node.sock'));
    const received: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => received.push(chunk));
    const ended = new Promise((resolve) => socket.once('close', resolve));
    server.broadcast('camera.status', {
      camera: 'x',
      profile: 'main',
      status: { state: 'live', reason: null, detail: null, since: 0, last_picture_at: null, next_attempt_at: null },
    });
    socket.write(jsonFrame({ type: 'request', id: 1, method: 'node.ping', params: {} }));
    await ended;
    const text = Buffer.concat(received).toString();
    expect(text).toContain('challenge');
    expect(text).not.toContain('camera.status');
    const flood = connect(join(folder, 'node.sock'));
    const dropped = new Promise((resolve) => flood.once('close', resolve));
    flood.on('error', () => {}).resume();
    flood.write(Buffer.from([0x10, 0, 0, 0, 0]));
    await dropped;
    expect(server.peers).toBe(0);
  });

  it('does not accept a proof a second time', async () => {
    const server = await serve();
    const peer = client();
    await connected(peer);
    const socket = connect(join(folder, 'node.sock'));
    socket.on('error', () => {}).resume();
    const ended = new Promise((resolve) => socket.once('close', resolve));
    const zeros = '0'.repeat(64);
    socket.write(jsonFrame({ type: 'hello', protocol: 1, nonce: zeros, proof: zeros }));
    await ended;
    expect(server.peers).toBe(1);
  });

  it('names what is wrong with a call', async () => {
    await serve({
      handlers: {
        'ingest.assign': () => {
          throw new Error('rtsp://user:password@host');
        },
      },
    });
    const peer = client();
    await connected(peer);
    await expect(peer.call('node.ping', {})).rejects.toMatchObject({ code: 'UNKNOWN_METHOD' });
    await expect(peer.call('ingest.assign', { generation: 1, cameras: [] })).rejects.toMatchObject({
      code: 'FAILED',
      message: 'ingest.assign failed',
    });
    const wrong = { generation: 1.5, cameras: [] };
    await expect(peer.call('ingest.assign', wrong)).rejects.toMatchObject({ code: 'INVALID_PARAMS' });
  });

  it('rejects calls under way when the peer goes, and connects again when it is back', async () => {
    const never = () => new Promise<never>(() => {});
    const server = await serve({ handlers: { 'node.ping': never } });
    const onDisconnected = vi.fn();
    const peer = client({ onDisconnected });
    await connected(peer);
    const call = peer.call('node.ping', {});
    const failed = expect(call).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
    await server.close();
    await failed;
    expect(onDisconnected).toHaveBeenCalledTimes(1);
    await expect(peer.call('node.ping', {})).rejects.toMatchObject({ code: 'NOT_CONNECTED' });
    await serve();
    await connected(peer);
    expect(await peer.call('node.ping', {})).toMatchObject({ id: 'one' });
  });

  it('times out', async () => {
    await serve({ handlers: { 'node.ping': () => new Promise<never>(() => {}) } });
    const peer = client();
    await connected(peer);
    await expect(peer.call('node.ping', {}, 50)).rejects.toMatchObject({ code: 'TIMEOUT' });
  });

  it('tells events to every peer', async () => {
    const server = await serve();
    const onEvent = vi.fn();
    const peers = [client({ onEvent }), client({ onEvent })];
    for (const peer of peers) await connected(peer);
    const status = {
      state: 'offline',
      reason: 'TIMEOUT',
      detail: null,
      since: 1,
      last_picture_at: 2,
      next_attempt_at: 3,
    } as const;
    server.broadcast('camera.status', { camera: 'a', profile: 'sub', status });
    await vi.waitFor(() => expect(onEvent).toHaveBeenCalledTimes(2));
    expect(onEvent).toHaveBeenCalledWith({ event: 'camera.status', data: { camera: 'a', profile: 'sub', status } });
  });

  it('takes over a socket file that a killed process left, but not one in use', async () => {
    writeFileSync(join(folder, 'node.sock'), '');
    await serve();
    await expect(serve()).rejects.toMatchObject({ code: 'ADDRESS_INVALID' });
  });

  it('speaks TLS, and refuses a server that nobody vouches for', async () => {
    const files = [join(folder, 'key'), join(folder, 'cert')] as const;
    const made = spawnSync('openssl', [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
      ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', files[0], '-out', files[1]],
    ]);
    expect(made.status).toBe(0);
    const [key, cert] = files.map((file) => readFileSync(file, 'utf8'));
    const tls = { key: key ?? '', cert: cert ?? '' };
    const server = await serve({ listen: 'tls://127.0.0.1:0', tls });
    const address = `tls://localhost:${server.port}`;
    const peer = client({ address, tls: { ca: tls.cert } });
    await connected(peer);
    expect(await peer.call('node.ping', {})).toMatchObject({ id: 'one' });
    const wary = client({ address });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(wary.connected).toBe(false);
    await expect(serve({ listen: 'tls://127.0.0.1:0' })).rejects.toThrow(/certificate/);
  });

  it('insists on addresses it knows and on a real secret', () => {
    for (const address of ['tcp://host:1', 'unix:relative', 'tls://host', 'tls://host:99999', 'host:1']) {
      expect(() => new RpcClient({ address, secret, log })).toThrow(/not an RPC address/);
    }
    expect(() => new RpcServer({ listen, secret: 'short', log, handlers: {} })).toThrow(/shorter/);
  });
});
