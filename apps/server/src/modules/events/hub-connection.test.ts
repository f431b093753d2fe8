import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type HubEvent, hubCloseCodes } from '@marsad/contract';
import { Gauge, Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ClientOptions, WebSocket, WebSocketServer } from 'ws';
import type { Identity } from '../../platform/auth/identity.ts';
import { until } from '../../testing/until.ts';
import { EventHub } from './events.hub.ts';

let server: Server;
let hub: EventHub;
let accepted: WebSocket[];
let connections: Gauge;
const clients: WebSocket[] = [];
/** What a token stands for here: agencies it may view, and milliseconds it is good for. */
const tokens = new Map<string, { user: string; sources: string[]; lives: number }>();

const identityOf = async (token: string): Promise<Identity> => {
  const known = tokens.get(token);
  if (!known) throw new Error('unknown token');
  return {
    id: known.user,
    login: known.user,
    displayName: known.user,
    displayNameAr: known.user,
    agency: 'OTHER',
    permissions: known.sources.map((source) => `camera:${source}:view`),
    isAdmin: false,
    session: null,
    expiresAt: Date.now() + known.lives,
  };
};

async function open(options: { pingInterval?: number } = {}): Promise<void> {
  connections = new Gauge({ name: 'open', help: 'open', registers: [new Registry()] });
  const review = async ({ id, expiresAt }: Identity) => {
    const [token] = [...tokens].find(([, { user }]) => user === id) ?? [];
    return token === undefined ? null : { ...(await identityOf(token)), expiresAt };
  };
  hub = new EventHub({ verify: identityOf, review, connections, onKnown: () => {}, now: Date.now, ...options });
  accepted = [];
  server = createServer();
  const sockets = new WebSocketServer({ server, perMessageDeflate: false });
  sockets.on('connection', (socket) => {
    accepted.push(socket);
    hub.accept(socket, null, '192.0.2.1');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
}

interface Client {
  readonly socket: WebSocket;
  readonly heard: string[];
  closed: number | null;
}

async function connect(token: string | null, options: ClientOptions = {}): Promise<Client> {
  const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/`, options);
  clients.push(socket);
  const client: Client = { socket, heard: [], closed: null };
  socket.on('message', (data) => client.heard.push(String(data)));
  socket.on('error', () => {});
  socket.on('close', (code) => {
    client.closed = code;
  });
  await new Promise((resolve) => socket.once('open', resolve));
  if (token !== null) {
    const before = await known();
    auth(client, token);
    await until(async () => (await known()) > before, 3_000);
  }
  return client;
}
const auth = ({ socket }: Client, token: string) => socket.send(JSON.stringify({ type: 'AUTH', token }));
const known = async () => (await connections.get()).values[0]?.value ?? 0;
const alert = (source: 'BUS' | 'METRO' | null, message = 'x'): HubEvent => ({
  type: 'ALERT',
  data: { type: 'TEST', severity: 'info', message, message_en: message, message_ar: message, source },
  timestamp: new Date(0).toISOString(),
});

beforeEach(() => {
  tokens.clear();
  tokens.set('bus', { user: 'u1', sources: ['BUS'], lives: 60_000 });
  tokens.set('metro', { user: 'u2', sources: ['METRO'], lives: 60_000 });
});
afterEach(async () => {
  for (const socket of clients.splice(0)) socket.terminate();
  hub.close();
  await new Promise((resolve) => server.close(resolve));
});

describe('a connection to the hub', () => {
  it('is dropped when it does not read, and never more waits for it than it may; others hear everything', async () => {
    await open();
    const [slow, quick] = [await connect('bus'), await connect('metro')];
    const [theirs] = accepted;
    // Nothing leaves the kernel of a client that does not read.
    (slow.socket as unknown as { _socket: Socket })._socket.pause();
    const long = 'س'.repeat(50_000);
    let [most, sent] = [0, 0];
    for (; sent < 2_000 && theirs?.readyState === WebSocket.OPEN; sent += 1) {
      hub.broadcast(alert(null, long), null);
      most = Math.max(most, theirs.bufferedAmount);
      await until(() => quick.heard.length > sent, 3_000);
    }
    // A million, and the one message that was too much: 300 kB here, because it says its sentence three times.
    expect(most).toBeGreaterThan(1024 * 1024);
    expect(most).toBeLessThan(1024 * 1024 + 310_000);
    expect(await known()).toBe(1);
    hub.broadcast(alert(null), null);
    await until(() => quick.heard.length === sent + 1, 3_000);
    (slow.socket as unknown as { _socket: Socket })._socket.resume();
    await until(() => slow.closed !== null, 3_000);
  }, 30_000);

  it('ends when pings are not answered', async () => {
    await open({ pingInterval: 100 });
    const [deaf, alive] = [await connect('bus', { autoPong: false }), await connect('metro')];
    const began = performance.now();
    await until(() => deaf.closed !== null, 3_000);
    expect(performance.now() - began).toBeLessThan(1_000);
    expect(deaf.closed).toBe(1006);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(alive.closed).toBeNull();
    expect(await known()).toBe(1);
  });

  it('hears no more of an agency that was taken from the account, and ends with the account', async () => {
    await open({ pingInterval: 100 });
    tokens.set('both', { user: 'u3', sources: ['BUS', 'METRO'], lives: 60_000 });
    const listener = await connect('both');
    tokens.set('both', { user: 'u3', sources: ['BUS'], lives: 60_000 });
    await new Promise((resolve) => setTimeout(resolve, 300));
    hub.broadcast(alert('METRO', 'not for you'), 'METRO');
    hub.broadcast(alert('BUS', 'for you'), 'BUS');
    await until(() => listener.heard.length > 0, 3_000);
    expect(listener.heard.join()).not.toContain('not for you');
    tokens.delete('both');
    await until(() => listener.closed !== null, 3_000);
    expect(listener.closed).toBe(hubCloseCodes.unauthenticated);
  });

  it('ends with its token, unless a newer one came', async () => {
    await open();
    tokens.set('short', { user: 'u3', sources: ['BUS'], lives: 300 });
    tokens.set('next', { user: 'u3', sources: ['BUS', 'METRO'], lives: 60_000 });
    const [ends, renewed] = [await connect('short'), await connect('short')];
    auth(renewed, 'next');
    await until(() => ends.closed !== null, 3_000);
    expect(ends.closed).toBe(hubCloseCodes.unauthenticated);
    expect(renewed.closed).toBeNull();
    // What may be seen is what the newest token says.
    hub.broadcast(alert('METRO'), 'METRO');
    await until(() => renewed.heard.length === 1, 3_000);
    expect(ends.heard).toEqual([]);
    expect(await known()).toBe(1);
  });

  it('is over when another user’s token is shown on it', async () => {
    await open();
    const client = await connect('bus');
    auth(client, 'metro');
    await until(() => client.closed !== null, 3_000);
    expect(client.closed).toBe(hubCloseCodes.unauthenticated);
    expect(await known()).toBe(0);
  });

  it('hears of agencies it may view, and what concerns everybody', async () => {
    await open();
    tokens.set('none', { user: 'u4', sources: [], lives: 60_000 });
    const [bus, metro, none] = [await connect('bus'), await connect('metro'), await connect('none')];
    const anonymous = await connect(null);
    for (const source of ['BUS', 'METRO', null] as const) hub.broadcast(alert(source), source);
    await until(() => bus.heard.length === 2 && metro.heard.length === 2 && none.heard.length === 1, 3_000);
    const sources = ({ heard }: Client) =>
      heard.map((text) => (JSON.parse(text) as { data: { source: unknown } }).data.source);
    expect([bus, metro, none, anonymous].map(sources)).toEqual([['BUS', null], ['METRO', null], [null], []]);
  });

  it('is told when the server goes down', async () => {
    await open();
    const client = await connect('bus');
    hub.close();
    await until(() => client.closed !== null, 3_000);
    expect(client.closed).toBe(hubCloseCodes.goingAway);
    expect(await known()).toBe(0);
  });
});
