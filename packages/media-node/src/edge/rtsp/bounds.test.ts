import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { picture, videoTrack } from '../../testing/pictures.ts';
import { HandFedCamera } from '../testing/hand-fed-camera.ts';
import { MemoryPublishing } from '../testing/memory-publishing.ts';
import { RtspTestClient } from '../testing/rtsp-test-client.ts';
import { type TestRtsp, testRtsp } from '../testing/test-rtsp.ts';
import type { RtspOptions } from './rtsp-options.ts';

const closing: (() => unknown)[] = [];
let server: TestRtsp;
let camera: HandFedCamera;
const realNow = performance.now.bind(performance);
let ahead = 0;
const publishing = new MemoryPublishing();

afterEach(async () => {
  vi.restoreAllMocks();
  ahead = 0;
  for (const close of closing.splice(0)) await close();
});

async function start(options: Partial<RtspOptions> = {}): Promise<void> {
  camera = new HandFedCamera([videoTrack]);
  server = await testRtsp(camera, { publishing, ...options });
  closing.push(() => server.close());
}

function newClient(): RtspTestClient {
  const client = new RtspTestClient(server.endpoint.port);
  closing.unshift(() => client.close());
  return client;
}

/** A connection that says what it likes; what it is answered, and when it is closed. */
function stranger(port = server.endpoint.port): { socket: Socket; heard: () => string; closed: Promise<unknown> } {
  const socket = connect(port, '127.0.0.1');
  closing.unshift(() => socket.destroy());
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
  });
  socket.on('error', () => {});
  return { socket, heard: () => text, closed: once(socket, 'close') };
}

/** The monotonic clock is that many seconds further from now on, and the server looks at it. */
function pass(seconds: number): void {
  ahead += seconds * 1000;
  vi.spyOn(performance, 'now').mockImplementation(() => realNow() + ahead);
  server.second();
}

const good = { Authorization: 'Bearer good' };
const tcp = { Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1' };
const udp = (port: number) => ({ Transport: `RTP/AVP;unicast;client_port=${port}-${port + 1}` });
const options = 'OPTIONS rtsp://x/cam1 RTSP/1.0\r\nCSeq: 1\r\n\r\n';
const isOpen = (client: { socket: Socket }) => !client.socket.destroyed && client.socket.readyState === 'open';

test.each([
  ['a header of a million bytes', `OPTIONS * RTSP/1.0\r\nX: ${'y'.repeat(1_000_000)}`],
  ['a body of a million bytes', 'ANNOUNCE rtsp://x/key-cam1 RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 1000000\r\n\r\n'],
  ['garbage', '\u0001'.repeat(100_000)],
  ['another protocol', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'],
])('%s is answered with 400 and the end', async (_, text) => {
  await start();
  const { socket, heard, closed } = stranger();
  socket.write(Buffer.from(text, 'latin1'));
  await closed;
  expect(heard()).toMatch(/^(RTSP\/1\.0 400 |$)/);
  expect(server.endpoint.list()).toEqual([]);
  expect(await newClient().status('OPTIONS', '/cam1')).toBe(200);
});

test('a request that dribbles in, or none at all, has ten seconds', async () => {
  await start();
  const [silent, slow, packet] = [stranger(), stranger(), stranger()];
  const patient = newClient();
  expect(await patient.status('OPTIONS', '/cam1')).toBe(200);
  slow.socket.write(`${options}OPTIONS * RT`);
  packet.socket.write(Buffer.from([0x24, 0, 0, 100, 0x80]));
  await expect.poll(() => server.endpoint.list().length).toBe(4);
  await expect.poll(() => slow.heard()).toContain('200');
  pass(9);
  slow.socket.write('S');
  expect(server.endpoint.list().length).toBe(4);
  pass(2);
  await Promise.all([silent.closed, slow.closed, packet.closed]);
  expect(slow.heard()).toContain('RTSP/1.0 400 ');
  expect(isOpen(patient)).toBe(true);
});

test('a connection over which nobody was let in ends, however much it says', async () => {
  await start();
  const client = newClient();
  await client.status('OPTIONS', '/cam1');
  pass(64);
  expect(await client.status('OPTIONS', '/cam1')).toBe(200);
  pass(2);
  await client.closed;
});

test('requests that come together are answered in their order, up to a bound', async () => {
  await start();
  const many = stranger();
  const ask = (count: number) =>
    Array.from({ length: count }, (_, i) => `OPTIONS rtsp://x/cam1 RTSP/1.0\r\nCSeq: ${i}\r\n\r\n`).join('');
  many.socket.write(ask(30));
  const order = () => [...many.heard().matchAll(/CSeq: (\d+)/g)].map(([, number]) => Number(number));
  await expect.poll(order).toEqual(Array.from({ length: 30 }, (_, i) => i));
  many.socket.write(ask(200));
  await many.closed;
});

test('who asks and does not read is cut off before much waits for him', async () => {
  await start();
  const { socket } = stranger();
  socket.pause();
  // It is repeated in the answer, which makes that as long.
  const request = `OPTIONS rtsp://x/cam1 RTSP/1.0\r\nCSeq: ${'1'.repeat(30_000)}\r\n\r\n`;
  let [asked, answered] = [0, 0];
  const connection = () => server.endpoint.list()[0];
  await expect.poll(connection).toBeDefined();
  // The kernel's buffers take some megabytes of answers first.
  while (connection() && asked < 3000) {
    socket.write(request);
    asked++;
    while ((connection()?.bytesReceived ?? Number.POSITIVE_INFINITY) < asked * request.length) await wait(0);
    answered = connection()?.bytesSent ?? answered;
  }
  expect(connection()).toBeUndefined();
  expect(answered).toBeLessThan(12_000_000);
});

test('where there are too many connections, those make room that were not let in', async () => {
  await start({ maxConnections: 3 });
  const reader = newClient();
  await reader.play('/cam1');
  const [first, second, third] = [stranger(), stranger(), stranger()];
  await first.closed;
  expect(isOpen(second)).toBe(true);
  second.socket.destroy();
  third.socket.destroy();
  await expect.poll(() => server.endpoint.list().length).toBe(1);
  for (let i = 0; i < 2; i++) await newClient().play('/cam2');
  await stranger().closed;
  expect(isOpen(reader)).toBe(true);
  expect(server.endpoint.list().map(({ state }) => state)).toEqual(['read', 'read', 'read']);
});

test('a seat is held for twenty seconds until something is set up', async () => {
  await start();
  const client = newClient();
  expect(await client.status('DESCRIBE', '/cam1', good)).toBe(200);
  pass(19);
  expect(server.access.closedSessions).toHaveLength(0);
  pass(2);
  expect(server.access.closedSessions).toHaveLength(1);
  expect(camera.sinks.size).toBe(1);
  // The connection stays, and may ask anew.
  expect(await client.status('SETUP', '/cam1/trackID=0', { ...tcp, ...good })).toBe(200);
  pass(21);
  expect(await client.status('PLAY', '/cam1')).toBe(200);
  expect(server.access.asked).toHaveLength(2);
});

test('a reader by UDP shows signs of life, one by TCP takes what it is sent, a publisher sends', async () => {
  await start();
  const [datagrams, stuck, publisher] = [newClient(), newClient(), newClient()];
  expect(await datagrams.status('SETUP', '/cam1/trackID=0', { ...udp(40_000), ...good })).toBe(200);
  expect(await datagrams.status('PLAY', '/cam1')).toBe(200);
  await stuck.play('/cam1');
  const sdp = 'v=0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:0\r\n';
  expect(await publisher.status('ANNOUNCE', '/key-cam9', { 'Content-Type': 'application/sdp' }, sdp)).toBe(200);
  const record = { Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1;mode=record' };
  expect(await publisher.status('SETUP', '/key-cam9/0', record)).toBe(200);
  expect(await publisher.status('SETUP', '/key-cam9/0', record)).toBe(455);
  expect(await publisher.status('RECORD', '/key-cam9')).toBe(200);
  pass(9);
  expect(isOpen(publisher)).toBe(true);
  pass(2);
  await publisher.closed;
  expect(publishing.published.at(-1)?.closed).toEqual({
    reason: 'NO_PICTURE',
    detail: 'nothing came from the publisher',
  });
  expect([isOpen(datagrams), isOpen(stuck)]).toEqual([true, true]);
  pass(50);
  expect(await datagrams.status('GET_PARAMETER', '/cam1')).toBe(200);
  pass(64);
  expect(isOpen(datagrams)).toBe(true);
  pass(2);
  await datagrams.closed;
  // It was sent nothing: nothing is stuck.
  expect(isOpen(stuck)).toBe(true);
  stuck.socket.pause();
  const nals = [Buffer.concat([Buffer.from([0x65]), Buffer.alloc(16_000_000)])];
  camera.unit(picture(0, { key: true, nals }));
  pass(0);
  // As long as 16 million bytes may take.
  pass(140);
  expect(server.endpoint.list()).toHaveLength(1);
  pass(5);
  expect(server.endpoint.list()).toEqual([]);
  expect(server.access.closedSessions).toHaveLength(3);
});

test('a medium may be set up anew before it plays, over another transport too', async () => {
  await start();
  const client = newClient();
  expect(await client.status('DESCRIBE', '/cam1', good)).toBe(200);
  for (const way of [udp(40_100), udp(40_100), udp(40_200), tcp, tcp]) {
    expect(await client.status('SETUP', '/cam1/trackID=0', way)).toBe(200);
  }
  expect(await client.status('SETUP', '/cam1/trackID=0', { Transport: 'RTP/AVP;unicast;client_port=5000-0' })).toBe(
    461,
  );
  expect(await client.status('PLAY', '/cam1')).toBe(455);
  expect(await client.status('SETUP', '/cam1/trackID=0', tcp)).toBe(200);
  expect(await client.status('PLAY', '/cam1')).toBe(200);
  camera.unit(picture(0, { key: true }));
  await expect.poll(() => client.packets.length).toBe(3);
  // As ffmpeg does when no datagrams come, and back.
  await client.status('PAUSE', '/cam1');
  expect(await client.status('SETUP', '/cam1/trackID=0', udp(40_100))).toBe(200);
  // What was given up is free for others.
  const other = newClient();
  expect(await other.status('SETUP', '/cam1/trackID=0', { ...udp(40_200), ...good })).toBe(200);
  const third = newClient();
  expect(await third.status('SETUP', '/cam1/trackID=0', { ...udp(40_100), ...good })).toBe(461);
});
