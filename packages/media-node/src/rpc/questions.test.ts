import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AccessAnswer, AccessRequest } from '@marsad/contract';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiAccess } from './api-access.ts';
import { RpcClient, type RpcClientOptions } from './rpc-client.ts';
import { RpcServer } from './rpc-server.ts';

const log = pino({ level: 'silent' });
const secret = 'a secret of some length';
let folder: string;
let server: RpcServer;
const opened: { close(): unknown }[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rpc-'));
  server = new RpcServer({ listen: `unix:${folder}/node.sock`, secret, log, handlers: {} });
  await server.start();
  opened.push(server);
});

afterEach(async () => {
  for (const part of opened.splice(0).reverse()) await part.close();
  rmSync(folder, { recursive: true });
});

async function api(ask: (request: AccessRequest) => Promise<AccessAnswer>, more: Partial<RpcClientOptions> = {}) {
  const client = new RpcClient({
    address: `unix:${folder}/node.sock`,
    secret,
    log,
    answers: { 'access.ask': ask },
    ...more,
  });
  opened.push(client);
  client.start();
  const before = server.answering('access.ask').length;
  await vi.waitFor(() => expect(server.answering('access.ask').length).toBe(before + 1), { timeout: 3000 });
  return client;
}

const request: AccessRequest = {
  session: 'one',
  protocol: 'rtsp',
  action: 'read',
  path: 'camera',
  profile: 'main',
  credentials: { kind: 'none' },
  address: '127.0.0.1',
};
const publish: AccessAnswer = { outcome: 'publish', camera: 'a', profile: 'main' };
const refusal = (reason: string) => ({ outcome: 'refused', reason });

describe('what a node asks', () => {
  it('is answered by an api, and by nobody else who is connected', async () => {
    const other = new RpcClient({ address: `unix:${folder}/node.sock`, secret, log });
    opened.push(other);
    other.start();
    await vi.waitFor(() => expect(other.connected).toBe(true));
    const access = new ApiAccess({ server, log });
    expect(await access.ask(request)).toMatchObject(refusal('UNAVAILABLE'));
    const ask = vi.fn(async () => publish);
    await api(ask);
    expect(await access.ask(request)).toEqual(publish);
    expect(ask).toHaveBeenCalledExactlyOnceWith(request);
  });

  it('is asked of another api when the one that was asked goes away, fails, or talks nonsense', async () => {
    const access = new ApiAccess({ server, log });
    const going = await api(async () => {
      going.close();
      return publish;
    });
    await api(() => Promise.reject(new Error('the database is away')));
    await api(async () => ({ outcome: 'maybe' }) as unknown as AccessAnswer);
    const good = vi.fn(async () => publish);
    await api(good);
    for (let i = 0; i < 4; i++) expect(await access.ask(request)).toEqual(publish);
    expect(good).toHaveBeenCalledTimes(4);
  });

  it('is refused in time when nobody answers', async () => {
    const access = new ApiAccess({ server, log, timeoutMs: 100 });
    const onEvent = vi.fn();
    await api(() => new Promise<never>(() => {}), { onEvent });
    const before = performance.now();
    expect(await access.ask(request)).toMatchObject(refusal('UNAVAILABLE'));
    expect(performance.now() - before).toBeLessThan(1000);
    // Should it decide yet, it knows that nobody waits.
    const data = { session: request.session };
    await vi.waitFor(() => expect(onEvent).toHaveBeenCalledWith({ event: 'access.closed', data }));
  });

  it('is not asked when it is no question', async () => {
    const access = new ApiAccess({ server, log });
    const ask = vi.fn(async () => publish);
    await api(ask);
    expect(await access.ask({ ...request, path: 'x'.repeat(301) })).toMatchObject(refusal('NOT_FOUND'));
    expect(ask).not.toHaveBeenCalled();
  });

  it('is told to every api when a session is over', async () => {
    const onEvent = vi.fn();
    await api(async () => publish, { onEvent });
    await api(async () => publish, { onEvent });
    new ApiAccess({ server, log }).closed('one');
    await vi.waitFor(() => expect(onEvent).toHaveBeenCalledTimes(2));
    expect(onEvent).toHaveBeenCalledWith({ event: 'access.closed', data: { session: 'one' } });
  });
});
