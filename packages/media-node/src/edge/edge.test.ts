import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { UpdateTrackSettings } from '@livekit/protocol';
import fc from 'fast-check';
import { UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { FileCameras } from './testing/file-cameras.ts';
import { videoOffer } from './testing/offers.ts';
import { KEY, metadataOf, testEdge } from './testing/test-edge.ts';
import { testVideo } from './testing/test-video.ts';
import { joinToken, TestViewer, token, twirp } from './testing/test-viewer.ts';

let cameras: FileCameras;
let running: Awaited<ReturnType<typeof testEdge>>;
let url: string;
const events: { event: string; authorization: string; type: string }[] = [];
const hooks = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => (body += chunk));
  request.on('end', () => {
    const { authorization = '', 'content-type': type = '' } = request.headers;
    // The first attempt of the first event fails: it has to come again.
    const status = events.length === 0 && !refused ? 500 : 200;
    refused = true;
    if (status === 200) events.push({ event: JSON.parse(body).event, authorization, type });
    response.writeHead(status).end();
  });
});
let refused = false;

beforeAll(async () => {
  const main = await testVideo({ width: 640, height: 360, bitrate: '500k' });
  cameras = new FileCameras({ main, sub: main });
  await new Promise<void>((resolve) => hooks.listen(0, '127.0.0.1', resolve));
  running = await testEdge(cameras, {
    webhookUrls: [`http://127.0.0.1:${(hooks.address() as AddressInfo).port}/hook`],
  });
  url = running.url;
}, 60_000);

afterAll(async () => {
  await running.edge.close();
  await running.edge.close();
  cameras.close();
  hooks.close();
});

async function room(name: string, ids: string[]): Promise<void> {
  expect((await twirp(url, 'CreateRoom', { name, metadata: metadataOf(ids) })).status).toBe(200);
}

test('plain HTTP answers what clients rely on, with CORS everywhere', async () => {
  expect((await fetch(url, { method: 'HEAD' })).status).toBe(200);
  for (const path of ['/rtc', '/rtc/v1', '/rtc/v1/validate', '/nothing']) {
    const answer = await fetch(url + path);
    expect(answer.status).toBe(404);
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  }
  const flight = await fetch(`${url}/whep/cam1`, { method: 'OPTIONS', headers: { origin: 'http://a' } });
  expect(flight.status).toBe(204);
  expect(flight.headers.get('access-control-allow-methods')).toContain('PATCH');
  expect(flight.headers.get('access-control-expose-headers')).toContain('Location');
});

test('/rtc/validate says why a token is refused', async () => {
  await room('valid', []);
  const ask = async (jwt: string | null) => {
    const answer = await fetch(`${url}/rtc/validate${jwt === null ? '' : `?access_token=${jwt}`}`);
    return { status: answer.status, text: await answer.text() };
  };
  const video = { room: 'valid', roomJoin: true };
  const unsigned = new UnsecuredJWT({ video }).setIssuer(KEY).setSubject('a').setExpirationTime('5m').encode();
  expect(await ask(await joinToken('valid'))).toEqual({ status: 200, text: 'success' });
  expect((await ask(null)).status).toBe(401);
  expect((await ask(unsigned)).status).toBe(401);
  expect((await ask(await token({ room: 'valid' }))).status).toBe(401);
  expect((await ask(await token({ roomJoin: true }))).status).toBe(400);
  expect(await ask(await joinToken('unknown'))).toEqual({ status: 404, text: 'requested room does not exist' });
});

test('Twirp errors have LiveKit’s form', async () => {
  const failing = async (answer: Response) => {
    expect(answer.headers.get('content-type')).toBe('application/json');
    const body: unknown = await answer.json();
    return { status: answer.status, code: Reflect.get(Object(body), 'code') };
  };
  await room('mine', ['cam1']);
  expect(await failing(await twirp(url, 'DeleteRoom', { room: 'none' }))).toEqual({ status: 404, code: 'not_found' });
  expect(await failing(await twirp(url, 'ListParticipants', { room: 'mine' }, 'other'))).toEqual({
    status: 401,
    code: 'unauthenticated',
  });
  expect(await failing(await twirp(url, 'CreateRoom', { name: '' }))).toMatchObject({ code: 'invalid_argument' });
  expect(await failing(await twirp(url, 'CreateRoom', { name: 5 }))).toMatchObject({ code: 'malformed' });
  expect(await failing(await twirp(url, 'Fly', {}))).toEqual({ status: 404, code: 'bad_route' });
  expect(await failing(await twirp(url, 'CreateRoom', { name: 'x', metadata: 'y'.repeat(2_000_000) }))).toMatchObject({
    code: 'invalid_argument',
  });
  const anonymous = await fetch(`${url}/twirp/livekit.RoomService/ListRooms`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  expect(await failing(anonymous)).toEqual({ status: 401, code: 'unauthenticated' });
});

test('a viewer joins, is greeted in order, sees pictures, and leaves; webhooks tell, retried and signed', async () => {
  await room('order', ['cam1', 'cam2']);
  const viewer = new TestViewer(url, await joinToken('order', 'ada'));
  await expect.poll(() => viewer.packets, { timeout: 8000 }).toBeGreaterThan(100);
  const names = viewer.messages.map((message) => message.case);
  expect(names[0]).toBe('join');
  expect(names).toContain('refreshToken');
  // No candidate before the answer: a fast client's DTLS would come too early.
  expect(names.indexOf('offer')).toBeLessThan(names.indexOf('trickle'));
  const participants = await (await twirp(url, 'ListParticipants', { room: 'order' }, 'order')).json();
  expect(JSON.stringify(participants)).toContain('"camera_cam2"');
  const join = viewer.messages.find((message) => message.case === 'join');
  if (join?.case !== 'join') throw new Error('no join');
  const sids = join.value.otherParticipants.flatMap((each) => each.tracks.map((track) => track.sid));
  viewer.send({ case: 'trackSetting', value: new UpdateTrackSettings({ trackSids: sids, disabled: true }) });
  await wait(300);
  const paused = viewer.packets;
  await wait(400);
  expect(viewer.packets).toBe(paused);
  expect((await twirp(url, 'DeleteRoom', { room: 'order' })).status).toBe(200);
  await expect.poll(() => viewer.heard('leave')).toBe(true);
  viewer.close();
  const names_ = () => events.map((each) => each.event);
  await expect.poll(names_, { timeout: 8000 }).toContain('room_finished');
  for (const name of ['room_started', 'track_published', 'participant_joined', 'participant_left']) {
    expect(names_()).toContain(name);
  }
  expect(events[0]?.type).toBe('application/webhook+json');
  expect(events[0]?.authorization.split('.')).toHaveLength(3);
});

test('200 viewers come and go, and nothing of them stays', async () => {
  await room('many', ['cam1']);
  const jwts = await Promise.all(Array.from({ length: 200 }, (_, index) => joinToken('many', `viewer-${index}`)));
  const descriptors = () => readdirSync('/proc/self/fd').length;
  const before = descriptors();
  for (let at = 0; at < jwts.length; at += 20) {
    const viewers = jwts.slice(at, at + 20).map((jwt) => new TestViewer(url, jwt));
    await Promise.all(
      viewers.map((viewer) => expect.poll(() => viewer.packets, { timeout: 10_000 }).toBeGreaterThan(0)),
    );
    for (const viewer of viewers) viewer.send({ case: 'leave', value: {} as never });
    await wait(20);
    for (const viewer of viewers) viewer.close();
  }
  const gauge = async (name: string) => {
    const found = (await running.registry.getMetricsAsJSON()).find((metric) => metric.name === name);
    return found?.values.reduce((sum, each) => sum + Number(each.value), 0);
  };
  await expect.poll(() => gauge('cctv_viewers'), { timeout: 5000 }).toBe(0);
  expect(await gauge('cctv_edge_tracks')).toBe(0);
  await expect.poll(descriptors, { timeout: 5000 }).toBeLessThan(before + 10);
}, 60_000);

test('garbage on the socket ends that viewer and nothing else', async () => {
  await room('fuzz', ['cam1']);
  const witness = new TestViewer(url, await joinToken('fuzz', 'witness'));
  await expect.poll(() => witness.packets, { timeout: 8000 }).toBeGreaterThan(0);
  const good = new Uint8Array(SAMPLE);
  const values = fc.sample(
    fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc
        .tuple(fc.nat(good.length - 1), fc.nat(255))
        .map(([at, value]) => good.map((old, i) => (i === at ? value : old))),
      fc.nat(good.length).map((length) => good.subarray(0, length)),
    ),
    { numRuns: 3000, seed: 5 },
  );
  for (let at = 0; at < values.length; at += 300) {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/rtc`, {
      headers: { authorization: `Bearer ${await joinToken('fuzz', `fuzzer-${at}`)}` },
    });
    socket.on('error', () => {});
    await new Promise((resolve) => socket.once('open', resolve));
    for (const value of values.slice(at, at + 300)) {
      if (socket.readyState === WebSocket.OPEN) socket.send(value);
      // Most inputs end the connection; each batch shows the decoder at least its first ones.
    }
    socket.send('{"answer":{"type":"answer","sdp":"v=0\\r\\ngarbage","id":1}}');
    await wait(10);
    socket.terminate();
  }
  const large = new WebSocket(`${url.replace('http', 'ws')}/rtc`, {
    headers: { authorization: `Bearer ${await joinToken('fuzz', 'large')}` },
  });
  large.on('error', () => {});
  await new Promise((resolve) => large.once('open', resolve));
  large.send(randomBytes(3 * 1024 * 1024));
  await new Promise((resolve) => large.once('close', resolve));
  const count = witness.packets;
  await expect.poll(() => witness.packets, { timeout: 3000 }).toBeGreaterThan(count + 20);
  witness.close();
}, 30_000);

test('WHEP refuses what it cannot serve, and thousands of broken offers', async () => {
  await room('camera_cam1', ['cam1']);
  const jwt = await joinToken('camera_cam1');
  const post = async (body: string, headers: Record<string, string> = {}, camera = 'cam1') =>
    (
      await fetch(`${url}/whep/${camera}`, {
        method: 'POST',
        headers: { 'content-type': 'application/sdp', authorization: `Bearer ${jwt}`, ...headers },
        body,
      })
    ).status;
  expect(await post(OFFER, { authorization: '' })).toBe(401);
  expect(await post(OFFER, { authorization: `Bearer ${await joinToken('camera_cam2')}` })).toBe(403);
  expect(await post(OFFER, { authorization: `Bearer ${await joinToken('camera_x')}` }, 'x')).toBe(404);
  expect(await post(OFFER, { 'content-type': 'application/json' })).toBe(415);
  expect(await post(OFFER.replaceAll('H264', 'VP8'))).toBe(406);
  expect(await post('x'.repeat(100_000))).toBe(413);
  expect(await post('hello')).toBe(400);
  expect((await fetch(`${url}/whep/cam1`)).status).toBe(405);
  expect((await fetch(`${url}/whep/cam1/${'0'.repeat(36)}`, { method: 'DELETE' })).status).toBe(404);

  const created = await fetch(`${url}/whep/cam1?access_token=${jwt}`, {
    method: 'POST',
    headers: { 'content-type': 'application/sdp' },
    body: OFFER,
  });
  expect(created.status).toBe(201);
  const answer = await created.text();
  expect(answer).toContain('a=rtpmap:109 H264/90000');
  expect(answer).toContain(`127.0.0.1 ${running.edge.mediaPort} typ host`);
  const location = url + created.headers.get('location');
  const patch = (headers: Record<string, string>) =>
    fetch(location, {
      method: 'PATCH',
      headers: { 'content-type': 'application/trickle-ice-sdpfrag', ...headers },
      body: 'a=mid:0\r\na=candidate:1 1 udp 1 127.0.0.1 9 typ host\r\na=candidate:nonsense\r\n',
    });
  expect((await patch({ 'if-match': created.headers.get('etag') ?? '' })).status).toBe(204);
  expect((await patch({ 'if-match': '"other"' })).status).toBe(412);
  expect((await fetch(location, { method: 'DELETE' })).status).toBe(200);
  expect((await fetch(location, { method: 'DELETE' })).status).toBe(404);

  const broken = fc.sample(
    fc
      .tuple(fc.nat(OFFER.length), fc.nat(40), fc.string({ maxLength: 10 }))
      .map(([at, cut, put]) => OFFER.slice(0, at) + put + OFFER.slice(at + cut)),
    { numRuns: 2000, seed: 3 },
  );
  const statuses = new Set<number>();
  for (let at = 0; at < broken.length; at += 25) {
    const answers = await Promise.all(broken.slice(at, at + 25).map((offer) => post(offer)));
    for (const status of answers) statuses.add(status);
    await twirp(url, 'RemoveParticipant', { room: 'camera_cam1', identity: 'viewer' }, 'camera_cam1');
  }
  expect([...statuses].every((status) => [201, 400, 406].includes(status))).toBe(true);
}, 60_000);

const SAMPLE = Buffer.from('1212080010011a0c7b2263616e646964617465227d', 'hex');
const OFFER = videoOffer({ direction: 'recvonly', payloadType: 109, retransmission: 110 });
