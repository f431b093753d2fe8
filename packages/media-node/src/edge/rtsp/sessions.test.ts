import { setTimeout as wait } from 'node:timers/promises';
import { parseRtcp, parseRtpInfo, RtpPacket, RtspAuthorizer, RtspHeaders, unixFromNtp } from '@marsad/media';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { picture, videoTrack } from '../../testing/pictures.ts';
import { HandFedCamera } from '../testing/hand-fed-camera.ts';
import { RtspTestClient } from '../testing/rtsp-test-client.ts';
import { type TestRtsp, testRtsp } from '../testing/test-rtsp.ts';

let camera: HandFedCamera;
let server: TestRtsp;
const clients: RtspTestClient[] = [];

beforeEach(async () => {
  camera = new HandFedCamera([videoTrack]);
  server = await testRtsp(camera);
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await server.close();
});

function newClient(): RtspTestClient {
  const client = new RtspTestClient(server.endpoint.port);
  clients.push(client);
  return client;
}

async function player(path = '/cam1'): Promise<RtspTestClient> {
  const client = newClient();
  await client.play(path);
  return client;
}

const good = { Authorization: 'Bearer good' };
const tcp = { Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1' };

/** What came on a channel, in order. */
function rtp(client: RtspTestClient, channel = 0) {
  return client.packets
    .filter((packet) => packet.channel === channel)
    .map(({ bytes }) => {
      const packet = new RtpPacket();
      if (!packet.read(bytes)) throw new Error('no RTP');
      const { sequence, timestamp, marker, ssrc } = packet;
      return {
        sequence,
        timestamp,
        marker,
        ssrc,
        nal: (packet.payload[0] ?? 0) & 0x1f,
        number: packet.payload[1] ?? 0,
      };
    });
}

const isContinuous = (packets: { sequence: number }[]) =>
  packets.every(({ sequence }, i) => i === 0 || sequence === (((packets[i - 1]?.sequence ?? 0) + 1) & 0xffff));
const slices = (packets: ReturnType<typeof rtp>) => packets.filter(({ nal }) => nal === 1 || nal === 5);

/** Pushes pictures; those whose number is a multiple of `gop` are key pictures. */
function push(from: number, to: number, gop = 10): void {
  for (let number = from; number < to; number++) camera.unit(picture(number, { key: number % gop === 0 }));
}

test('who brings nothing is challenged, and nobody is asked about it', async () => {
  const answer = await newClient().ask('DESCRIBE', '/cam1');
  expect(answer?.status).toBe(401);
  const [sha, md5, basic] = answer?.headers.all('WWW-Authenticate') ?? [];
  expect(sha).toMatch(/^Digest realm="marsad", nonce="[^"]+", algorithm=SHA-256$/);
  expect(md5).toMatch(/^Digest realm="marsad", nonce="[^"]+"$/);
  expect(basic).toBe('Basic realm="marsad"');
  expect(server.access.asked).toHaveLength(0);
});

test('every way to say who one is, and wrong ones until the connection is closed', async () => {
  const client = newClient();
  const basic = (text: string) => ({ Authorization: `Basic ${Buffer.from(text).toString('base64')}` });
  expect(await client.status('DESCRIBE', '/cam1', basic('ada:lovelace'))).toBe(200);
  expect(await newClient().status('DESCRIBE', '/cam1?access_token=good')).toBe(200);
  expect(await newClient().status('DESCRIBE', '/cam1?jwt=good')).toBe(200);
  expect(await newClient().status('DESCRIBE', '/cam1', good)).toBe(200);
  const bad = newClient();
  for (let i = 0; i < 7; i++) expect(await bad.status('DESCRIBE', '/cam1', basic('ada:wrong'))).toBe(401);
  await bad.status('DESCRIBE', '/cam1', basic('ada:wrong'));
  await bad.closed;
  expect(server.access.asked.at(-1)).toMatchObject({ protocol: 'rtsp', action: 'read', path: 'cam1', profile: 'main' });
});

test('digest: SHA-256 and MD5; a nonce of another connection is stale', async () => {
  const [first, second] = [newClient(), newClient()];
  const authorizer = new RtspAuthorizer({ username: 'ada', password: 'lovelace' });
  const challenged = async (client: RtspTestClient) =>
    (await client.ask('DESCRIBE', '/cam1'))?.headers ?? new RtspHeaders();
  const answer = (client: RtspTestClient) => ({
    Authorization: authorizer.authorization('DESCRIBE', `${client.url}/cam1`) ?? '',
  });
  authorizer.challenged(await challenged(first));
  const again = await second.ask('DESCRIBE', '/cam1', answer(second));
  expect(again?.headers.all('WWW-Authenticate')[0]).toContain('stale=true');
  expect(authorizer.challenged(again?.headers ?? new RtspHeaders())).toBe(true);
  expect(await second.status('DESCRIBE', '/cam1', answer(second))).toBe(200);
  expect(server.access.asked.at(-1)?.credentials).toMatchObject({ kind: 'digest', algorithm: 'SHA-256', user: 'ada' });
  // The same answer to a question about another camera.
  expect(await newClient().status('DESCRIBE', '/cam2', answer(second))).toBe(401);
});

test('a refusal says why, in the status and in words', async () => {
  const refusals = [
    ['FORBIDDEN', 403],
    ['NOT_FOUND', 404],
    ['FULL', 453],
    ['OFFLINE', 503],
    ['UNAVAILABLE', 503],
  ] as const;
  for (const [reason, status] of refusals) {
    server.access.answer = () => ({ outcome: 'refused', reason, detail: `It is\r\n${reason}` });
    const answer = await newClient().ask('DESCRIBE', '/cam1', good);
    expect([answer?.status, answer?.reason]).toEqual([status, `It is ${reason}`]);
  }
  expect(server.access.closedSessions).toHaveLength(0);
  server.access.answer = ({ session }) => ({
    ...server.access.admit(session, 'cam1', 'main'),
    ...{ room: 'elsewhere' },
  });
  expect(await newClient().status('DESCRIBE', '/cam1', good)).toBe(503);
  expect(server.access.closedSessions).toHaveLength(1);
});

test('the paths clients use', async () => {
  const asked = async (uri: string) => {
    await newClient().status('DESCRIBE', uri, good);
    const { path, profile } = server.access.asked.at(-1) ?? {};
    return `${path} ${profile}`;
  };
  expect(await asked('/cam1/')).toBe('cam1 main');
  expect(await asked('/cam1/sub')).toBe('cam1 sub');
  expect(await asked('/cam1?profile=sub')).toBe('cam1 sub');
  expect(await asked('/camera_cam%201')).toBe('camera_cam 1 main');
  expect(await asked('/cam/gate/north?x=1')).toBe('cam/gate/north main');
  for (const none of ['', '/', '/%00', '/%', `/${'c'.repeat(301)}`]) {
    expect(await newClient().status('DESCRIBE', none, good)).toBe(404);
  }
});

test('requests out of order, for what is not there, or unknown', async () => {
  const client = newClient();
  expect(await client.status('OPTIONS', '/cam1')).toBe(200);
  expect(await client.status('GET_PARAMETER', '/cam1')).toBe(200);
  expect(await client.status('PLAY', '/cam1')).toBe(455);
  expect(await client.status('PAUSE', '/cam1')).toBe(455);
  expect(await client.status('TEARDOWN', '/cam1')).toBe(454);
  expect(await client.status('FLY', '/cam1')).toBe(501);
  expect(await client.status('SETUP', '/cam1/trackID=0', { ...tcp, ...good, Session: 'else' })).toBe(454);
  expect(await client.status('SETUP', '/cam1/trackID=7', { ...tcp, ...good })).toBe(404);
  for (const transport of ['RTP/AVP;multicast', 'RTP/SAVP;unicast;client_port=4000-4001', 'RTP/AVP;unicast', '']) {
    expect(await client.status('SETUP', '/cam1/trackID=0', { ...good, Transport: transport })).toBe(461);
  }
  // Without DESCRIBE: a player that knows the description.
  expect(await client.status('SETUP', '/cam1/trackID=0', { ...tcp, ...good })).toBe(200);
  expect(await client.status('SETUP', '/cam2/trackID=0', { ...tcp, ...good })).toBe(459);
  expect(await client.status('DESCRIBE', '/cam2', good)).toBe(455);
  expect(await client.status('RECORD', '/cam1')).toBe(455);
  expect(await client.status('PLAY', '/cam1/')).toBe(200);
  expect(await client.status('SETUP', '/cam1/trackID=0', { ...tcp, ...good })).toBe(455);
  expect(await client.status('SETUP', '/cam1/trackID=0', { Require: 'onvif-replay' })).toBe(551);
  expect(client.responses.at(-1)?.headers.get('Unsupported')).toBe('onvif-replay');
  expect(await client.status('TEARDOWN', '/cam1')).toBe(200);
  // What sets nothing up begins no session, and keeps no seat.
  expect(server.access.asked).toHaveLength(6);
  expect(server.access.closedSessions).toHaveLength(6);
});

test('a reader begins with the current GOP, its times drawn together, and goes on without a gap', async () => {
  const first = await player();
  push(0, 28);
  const second = newClient();
  await second.status('DESCRIBE', '/cam1', good);
  await second.status('SETUP', '/cam1/trackID=0', tcp);
  const answer = await second.ask('PLAY', '/cam1');
  push(28, 40);
  await expect.poll(() => slices(rtp(second)).length).toBe(20);
  const packets = rtp(second);
  expect(slices(packets).map(({ number }) => number)).toEqual(Array.from({ length: 20 }, (_, i) => 20 + i));
  expect(isContinuous(packets)).toBe(true);
  expect(packets[0]).toMatchObject({ nal: 7 });
  const [info] = parseRtpInfo(answer?.headers.get('RTP-Info') ?? '');
  expect(info).toEqual({
    url: `${second.url}/cam1/trackID=0`,
    seq: packets[0]?.sequence,
    rtptime: packets[0]?.timestamp,
  });
  const times = slices(packets).map(({ timestamp }) => timestamp);
  expect(times.every((time, i) => i === 0 || ((time - (times[i - 1] ?? 0)) | 0) > 0)).toBe(true);
  // Eight pictures in eight milliseconds, then as they come.
  expect((times[7] ?? 0) - (times[0] ?? 0)).toBeLessThan(90 * 9);
  expect((times[9] ?? 0) - (times[8] ?? 0)).toBe(3600);
  // Both get the same bytes from here on, of one subscription.
  expect(rtp(first).at(-1)).toEqual(packets.at(-1));
  expect(camera.subscribed).toHaveLength(1);
});

test('pause stops, and play goes on behind what was sent, or with the newest GOP', async () => {
  const client = await player();
  push(0, 5);
  await expect.poll(() => slices(rtp(client)).length).toBe(5);
  expect(await client.status('PAUSE', '/cam1')).toBe(200);
  push(5, 8);
  expect(await client.status('PLAY', '/cam1')).toBe(200);
  push(8, 9);
  await expect.poll(() => slices(rtp(client)).map(({ number }) => number)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  expect(isContinuous(rtp(client))).toBe(true);
  await client.status('PAUSE', '/cam1');
  push(9, 32);
  await client.status('PLAY', '/cam1');
  await expect
    .poll(() => slices(rtp(client)).map(({ number }) => number))
    .toEqual([...[0, 1, 2, 3, 4, 5, 6, 7, 8], ...[30, 31]]);
  // With nothing new in between it goes on as if it had not paused.
  await client.status('PAUSE', '/cam1');
  await client.status('PLAY', '/cam1');
  push(32, 34);
  await expect.poll(() => slices(rtp(client)).at(-1)?.number).toBe(33);
});

test('a client that wants other channels gets them', async () => {
  const client = newClient();
  await client.status('DESCRIBE', '/cam1', good);
  await client.status('SETUP', '/cam1/trackID=0', { Transport: 'RTP/AVP/TCP;unicast;interleaved=10-11' });
  await client.status('PLAY', '/cam1');
  push(0, 3);
  await expect.poll(() => slices(rtp(client, 10)).length).toBe(3);
  expect(client.packets.every(({ channel }) => channel === 10 || channel === 11)).toBe(true);
});

test('a stream that restarts with another clock and other pictures is survived', async () => {
  const client = await player();
  push(0, 15);
  camera.say('offline', 'CONNECTION_LOST');
  await wait(600);
  const sps = Buffer.from([0x67, 9, 9, 9]);
  const parameterSets = { sps, pps: [Buffer.from([0x68, 9])] };
  camera.tracks([{ ...videoTrack, width: 640, parameterSets }]);
  camera.say('live');
  camera.unit(picture(1_000_000, { key: true, parameterSets }));
  camera.unit(picture(1_000_001));
  await expect.poll(() => slices(rtp(client)).length).toBe(17);
  const packets = rtp(client);
  expect(isContinuous(packets)).toBe(true);
  const times = slices(packets).map(({ timestamp }) => timestamp);
  const gap = (((times[15] ?? 0) - (times[14] ?? 0)) | 0) / 90;
  expect(gap).toBeGreaterThan(500);
  expect(gap).toBeLessThan(3000);
  expect(packets.at(-4)).toMatchObject({ nal: 7 });
  expect(client.packets.at(-4)?.bytes.subarray(12)).toEqual(sps);
  expect(new Set(packets.map(({ ssrc }) => ssrc)).size).toBe(1);
});

test('sender reports carry the wall clock of arrival', async () => {
  const now = Date.now();
  const client = await player();
  for (let number = 0; number < 3; number++) {
    camera.unit(picture(number, { key: number === 0, arrival: now + number * 40 }));
  }
  const late = await player();
  push(3, 4);
  await expect.poll(() => slices(rtp(late)).length).toBe(4);
  const report = parseRtcp(late.packets.find(({ channel }) => channel === 1)?.bytes ?? Buffer.alloc(0))[0];
  if (report?.kind !== 'sr') throw new Error('no sender report');
  const last = slices(rtp(client))[2];
  const wall = unixFromNtp(report.ntp) - ((report.rtpTimestamp - (last?.timestamp ?? 0)) | 0) / 90;
  expect(Math.abs(wall - (now + 80))).toBeLessThan(2);
  expect(report.packetCount).toBeGreaterThan(2);
});

test('a reader whose room takes it off is disconnected at once, and given back once', async () => {
  const client = await player();
  const [session] = server.access.asked.map((asked) => asked.session);
  const room = server.rooms.get(`reader_${session}`);
  expect(room?.members).toMatchObject([{ identity: `reader:${session}` }]);
  expect(room?.members[0]?.info().attributes).toEqual({ reservation: 'r1', protocol: 'rtsp' });
  room?.setMetadata(JSON.stringify({ cameras: [{ id: 'cam1', name: 'x' }], viewers: [] }));
  await client.closed;
  expect(server.access.closedSessions).toEqual([session]);
  const other = await player();
  server.rooms.delete(`reader_${server.access.asked.at(-1)?.session}`);
  await other.closed;
  const third = await player();
  const last = server.rooms.get(`reader_${server.access.asked.at(-1)?.session}`);
  last?.setMetadata(JSON.stringify({ cameras: [] }));
  await third.closed;
  expect(new Set(server.access.closedSessions).size).toBe(3);
  expect(server.endpoint.list()).toEqual([]);
});

test('who goes away leaves nothing behind', async () => {
  const client = await player();
  expect(server.endpoint.list()).toMatchObject([
    { state: 'read', transport: 'tcp', path: 'cam1', camera: 'cam1', secure: false },
  ]);
  expect(await server.registry.getSingleMetricAsString('cctv_viewers')).toContain('{protocol="rtsp"} 1');
  client.close();
  await expect.poll(() => server.access.closedSessions.length).toBe(1);
  expect(server.endpoint.list()).toEqual([]);
  expect(await server.registry.getSingleMetricAsString('cctv_viewers')).toContain('{protocol="rtsp"} 0');
  // Let in, and gone before it was.
  const { promise, resolve } = Promise.withResolvers<void>();
  server.access.answer = () => promise.then(() => null);
  const hasty = newClient();
  void hasty.ask('DESCRIBE', '/cam1', good);
  await expect.poll(() => server.access.asked.length).toBe(2);
  hasty.close();
  await expect.poll(() => server.endpoint.list()).toEqual([]);
  resolve();
  await expect.poll(() => server.access.closedSessions.length).toBe(2);
});

test('a slow reader loses whole pictures up to a key picture, which are counted, and holds back nobody', async () => {
  const [slow, quick] = [await player(), await player()];
  slow.socket.pause();
  const big = (number: number, type: number) => [Buffer.concat([Buffer.from([type, number]), Buffer.alloc(300_000)])];
  let seen = 0;
  /** One picture, and what the quick reader has to get of it before the next one comes. */
  const show = async (number: number) => {
    const key = number % 10 === 0;
    camera.unit(picture(number, { key, nals: big(number, key ? 0x65 : 0x41) }));
    const ends = () => {
      const last = quick.packets.at(-1)?.bytes;
      return quick.packets.length > seen && ((last?.[1] ?? 0) & 0x80) !== 0;
    };
    await expect.poll(ends, { interval: 1 }).toBe(true);
    seen = quick.packets.length;
  };
  for (let number = 0; number < 60; number++) await show(number);
  slow.socket.resume();
  await expect.poll(() => slow.socket.bytesRead, { interval: 20 }).toBeGreaterThan(2_000_000);
  await wait(50);
  for (let number = 60; number < 75; number++) await show(number);
  const atQuick = rtp(quick);
  expect(atQuick.filter(({ marker }) => marker).length).toBe(75);
  expect(isContinuous(atQuick)).toBe(true);
  await expect.poll(() => slow.packets.at(-1)?.bytes).toEqual(quick.packets.at(-1)?.bytes);
  const packets = rtp(slow);
  const gaps = packets.filter((_, i) => i > 0 && !isContinuous(packets.slice(i - 1, i + 1)));
  expect(gaps.length).toBeGreaterThan(0);
  // Parameter sets come first where it goes on, so that whole pictures are missing, and end where a key picture begins.
  for (const packet of gaps) expect(packet.nal).toBe(7);
  const metrics = await server.registry.getSingleMetricAsString('cctv_edge_pictures_dropped_total');
  const shown = packets.filter(({ marker }) => marker).length;
  expect(metrics).toContain(`total ${75 - shown}`);
});
