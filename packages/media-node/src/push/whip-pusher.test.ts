import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { StreamState, StreamStatus } from '@marsad/contract';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { EdgeMetrics } from '../edge/edge-metrics.ts';
import { BurstPacer } from '../edge/egress/burst-pacer.ts';
import { EgressClock } from '../edge/egress/egress-clock.ts';
import { Feeds } from '../edge/feed/feeds.ts';
import type { StreamProvider, StreamSink } from '../stream-provider.ts';
import { videoTrack } from '../testing/pictures.ts';
import { type PushStatus, WhipPusher } from './whip-pusher.ts';

const log = pino({ level: 'silent' });
const sinks = new Map<string, StreamSink>();
const streams: StreamProvider = {
  subscribe: ({ profile }, sink) => {
    sinks.set(profile, sink);
    return { close: () => sinks.delete(profile) };
  },
};
/** What the server got: method, path, token and body. */
const asked: { line: string; token: string | undefined; body: string }[] = [];
let answer: (request: IncomingMessage, response: ServerResponse) => void;
const server = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  asked.push({ line: `${request.method} ${request.url}`, token: request.headers.authorization, body });
  answer(request, response);
});
let base: string;
let pusher: WhipPusher;
let statuses: PushStatus[];
let close: () => void;

beforeEach(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  asked.length = 0;
  statuses = [];
  answer = (_, response) => response.writeHead(500).end();
  const metrics = new EdgeMetrics(new Registry());
  const parts = {
    ...{ metrics, log, feeds: new Feeds({ streams, log, metrics }) },
    ...{ pacer: new BurstPacer(), clock: new EgressClock() },
  };
  pusher = new WhipPusher({
    parts,
    key: { camera: 'cam1', profile: 'main' },
    target: { url: `${base}/whip/secret`, token: 'key' },
    backoff: { delays: [20, 40], openMs: 60_000, jitter: 0 },
    onStatus: (status) => statuses.push(status),
  });
  close = () => {
    parts.clock.close();
    parts.pacer.close();
    parts.feeds.close();
  };
});
afterEach(async () => {
  vi.useRealTimers();
  await pusher.close();
  await pusher.close();
  close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function say(state: StreamState, reason: StreamStatus['reason'] = null, profile = 'main'): void {
  const sink = sinks.get(profile);
  if (state === 'live') sink?.tracks([videoTrack]);
  sink?.status({ state, reason, detail: null, since: 0, last_picture_at: null, next_attempt_at: null });
}
const posts = () => asked.filter(({ line }) => line.startsWith('POST')).length;
const states = () => statuses.map(({ state }) => state);

test('nothing is offered before there are pictures; then H.264 alone, without candidates', async () => {
  // Not answered: what is refused would be offered again.
  answer = () => {};
  pusher.start();
  pusher.start();
  say('connecting');
  say('offline', 'CONNECTION_REFUSED');
  expect(pusher.current).toMatchObject({ state: 'waiting', reason: 'offline, CONNECTION_REFUSED' });
  expect(posts()).toBe(0);
  say('live');
  await expect.poll(posts).toBe(1);
  const [{ line, token, body } = { line: '', token: '', body: '' }] = asked;
  expect([line, token]).toEqual(['POST /whip/secret', 'Bearer key']);
  expect(body).toMatch(/^m=video \d+ UDP\/TLS\/RTP\/SAVPF 96 98\r$/m);
  expect(body).toContain('a=sendonly');
  expect(body).not.toMatch(/candidate|^m=audio/m);
});

test('a server in trouble is asked again after the delays, then the breaker is open', async () => {
  pusher.start();
  say('live');
  await expect.poll(posts, { timeout: 3000 }).toBe(3);
  await expect.poll(() => pusher.current.nextAttemptAt ?? 0).toBeGreaterThan(Date.now() + 50_000);
  expect(pusher.current).toMatchObject({
    state: 'failed',
    httpStatus: 500,
    refused: false,
    reason: 'the server answered 500',
  });
  expect(states()).toEqual(['connecting', 'failed', 'connecting', 'failed', 'connecting', 'failed']);
});

test.each([401, 403, 404, 406, 415])(
  '%i is a refusal, and what the server says is told without its markup',
  async (status) => {
    answer = (_, response) => response.writeHead(status).end(status === 406 ? '<h1>no</h1>' : 'not this\nand more');
    pusher.start();
    say('live');
    await expect.poll(() => pusher.current.state).toBe('failed');
    expect(pusher.current).toMatchObject({ httpStatus: status, refused: true });
    expect(pusher.current.reason).toBe(`the server answered ${status}${status === 406 ? '' : ': not this'}`);
    // A key that is not known may be made any moment.
    const first = statuses.find(({ state }) => state === 'failed');
    const wait = (first?.nextAttemptAt ?? 0) - (first?.since ?? 0);
    expect(wait > 1000).toBe(status !== 404);
  },
);

test('an answer that cannot be used is taken back', async () => {
  const bodies = ['hello', 'v=0\r\nnonsense', 'v=0\r\nm=video 0 UDP/TLS/RTP/SAVPF 96\r\n'];
  const reasons = ['the answer is not SDP', 'the server takes no H.264', 'the server takes no H.264'];
  answer = ({ method }, response) => {
    if (method === 'DELETE') response.writeHead(200).end();
    else response.writeHead(201, { location: `session/${posts()}` }).end(bodies[posts() - 1]);
  };
  pusher.start();
  say('live');
  await expect
    .poll(() => statuses.filter(({ state }) => state === 'failed').map(({ reason }) => reason))
    .toEqual(
      // The second is a refusal: it is not tried a third time.
      reasons.slice(0, 2),
    );
  await expect
    .poll(() => asked.map(({ line }) => line))
    .toEqual(['POST /whip/secret', 'DELETE /whip/session/1', 'POST /whip/secret', 'DELETE /whip/session/2']);
  expect(asked.every(({ token }) => token === 'Bearer key')).toBe(true);
});

test('a redirection is followed, and the session is where it ended up', async () => {
  answer = ({ url, method }, response) => {
    if (method === 'DELETE') response.writeHead(200).end();
    else if (url === '/whip/secret') response.writeHead(307, { location: '/elsewhere/whip' }).end();
    else response.writeHead(201, { location: 'session' }).end('hello');
  };
  pusher.start();
  say('live');
  await expect
    .poll(() => asked.map(({ line }) => line).slice(0, 3))
    .toEqual(['POST /whip/secret', 'POST /elsewhere/whip', 'DELETE /elsewhere/session']);
});

test('nobody there: said without the address, which may hold a key', async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  pusher.start();
  say('live');
  await expect.poll(() => pusher.current.reason).toBe('the server cannot be reached (ECONNREFUSED)');
  expect(JSON.stringify(statuses)).not.toContain('secret');
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

test('a camera that stays dark is not offered any longer, and again when it is back', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  let broken = 0;
  answer = (request) => void request.socket.once('close', () => broken++);
  pusher.start();
  say('live');
  await expect.poll(posts).toBe(1);
  say('offline', 'TIMEOUT');
  vi.advanceTimersByTime(5000);
  say('live');
  vi.advanceTimersByTime(5000);
  expect(pusher.current.state).toBe('connecting');
  say('offline', 'TIMEOUT');
  vi.advanceTimersByTime(8000);
  expect(pusher.current).toMatchObject({ state: 'waiting', reason: 'offline, TIMEOUT' });
  await expect.poll(() => broken).toBe(1);
  say('live');
  await expect.poll(posts).toBe(2);
});

test('a camera without a small picture is pushed with the one it has', async () => {
  await pusher.close();
  const metrics = new EdgeMetrics(new Registry());
  const feeds = new Feeds({ streams, log, metrics });
  const parts = { feeds, pacer: new BurstPacer(), clock: new EgressClock(), metrics, log };
  pusher = new WhipPusher({
    parts,
    key: { camera: 'cam1', profile: 'sub' },
    target: { url: `${base}/whip`, token: null },
  });
  pusher.start();
  say('unsupported', 'STREAM_NOT_FOUND', 'sub');
  say('live');
  await expect.poll(posts).toBe(1);
  feeds.close();
});
