import { setTimeout as wait } from 'node:timers/promises';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { EdgeMetrics } from '../edge-metrics.ts';
import { Feeds } from '../feed/feeds.ts';
import { FileCameras } from '../testing/file-cameras.ts';
import { RecordedPackets } from '../testing/recorded-packets.ts';
import { type TestVideo, testVideo } from '../testing/test-video.ts';
import { BurstPacer } from './burst-pacer.ts';
import { VideoEgress } from './video-egress.ts';

const SSRC = 0xcafe0001;
let main: TestVideo;
let sub: TestVideo;
let cameras: FileCameras;
let feeds: Feeds;
let pacer: BurstPacer;
let packets: RecordedPackets;
let metrics: EdgeMetrics;
let states: string[];
const egresses: VideoEgress[] = [];

beforeAll(async () => {
  main = await testVideo({ width: 1280, height: 720, bitrate: '2M' });
  sub = await testVideo({ width: 640, height: 360, bitrate: '500k' });
}, 60_000);

beforeEach(() => {
  metrics = new EdgeMetrics(new Registry());
  cameras = new FileCameras({ main, sub });
  feeds = new Feeds({ streams: cameras, log: pino({ level: 'silent' }), metrics, linger: 50 });
  pacer = new BurstPacer();
  packets = new RecordedPackets();
  states = [];
});

afterEach(() => {
  for (const egress of egresses.splice(0)) egress.close();
  pacer.close();
  feeds.close();
  cameras.close();
});

function viewer(camera = 'cam1', transport = packets): VideoEgress {
  const egress = new VideoEgress({
    camera,
    feeds,
    pacer,
    metrics,
    transport,
    connection: transport,
    rtp: { ssrc: SSRC, payloadType: 102, playoutDelayId: 5 },
    onStatus: (_camera, profile, status) => states.push(`${profile} ${status.state}`),
  });
  egresses.push(egress);
  return egress;
}

function feedbackPacket(type: number, format: number, rest: number[]): Buffer {
  const packet = Buffer.alloc(12 + rest.length);
  packet[0] = 0x80 | format;
  packet[1] = type;
  packet.writeUInt16BE(packet.length / 4 - 1, 2);
  packet.writeUInt32BE(SSRC, 8);
  Buffer.from(rest).copy(packet, 12);
  return packet;
}

test('a viewer that joins gets the current GOP within half a second, then live pictures', async () => {
  cameras.stream({ camera: 'cam1', profile: 'main' });
  await wait(1000);
  const egress = viewer();
  egress.select('main');
  const joined = performance.now();
  egress.opened();
  await wait(700);
  expect(packets.pictures()[0]?.key).toBe(true);
  expect((packets.rtp[0]?.at ?? Infinity) - joined).toBeLessThan(50);
  const burst = packets.rtp.filter((packet) => packet.at - joined < 400);
  expect(new Set(burst.map((packet) => packet.timestamp)).size).toBeGreaterThan(22);
  expect(packets.isContinuous && packets.isMonotonic).toBe(true);
  // Whatever the burst was, timestamps end up where this machine's clock is.
  const first = packets.rtp[0];
  const last = packets.rtp.at(-1);
  if (!first || !last) throw new Error('nothing sent');
  expect(Math.abs((last.timestamp - first.timestamp) / 90 - (last.at - first.at))).toBeLessThan(60);
});

test('pause sends nothing, resume begins with a key picture on the same SSRC, sequence and time', async () => {
  const egress = viewer();
  egress.select('main');
  egress.opened();
  await wait(300);
  egress.select(null);
  const count = packets.rtp.length;
  await wait(200);
  expect(packets.rtp.length).toBe(count);
  expect(cameras.sinks).toBe(0);
  egress.select('main');
  await wait(200);
  const resumed = packets.rtp.slice(count);
  expect((resumed[0]?.payload[0] ?? 0) & 0x1f).toSatisfy((type: number) => type === 24 || type === 7);
  expect(packets.isContinuous && packets.isMonotonic).toBe(true);
});

test('a switch of profile happens at a live key picture, without a gap in sequence or time', async () => {
  const egress = viewer();
  egress.select('main');
  egress.opened();
  await wait(300);
  egress.select('sub');
  expect(egress.profile).toBe('main');
  await expect.poll(() => egress.profile, { timeout: 3000 }).toBe('sub');
  await wait(300);
  expect(packets.isContinuous && packets.isMonotonic).toBe(true);
  expect(packets.pictures().filter((picture) => picture.key).length).toBeGreaterThanOrEqual(2);
  expect(cameras.stream({ camera: 'cam1', profile: 'main' }).sinks).toBe(0);
});

test('a camera without a sub profile is shown with its main one', async () => {
  const single = new FileCameras({ main });
  const own = new Feeds({ streams: single, log: pino({ level: 'silent' }), metrics, linger: 50 });
  feeds = own;
  const egress = viewer();
  egress.select('sub');
  egress.opened();
  await wait(100);
  expect(egress.profile).toBe('main');
  expect(packets.rtp.length).toBeGreaterThan(0);
  egress.close();
  own.close();
  single.close();
});

test('a camera that comes back with another clock goes on at a key picture', async () => {
  const stream = cameras.stream({ camera: 'cam1', profile: 'main' });
  const egress = viewer();
  egress.select('main');
  egress.opened();
  await wait(300);
  stream.fail();
  await wait(300);
  const before = packets.rtp.length;
  stream.recover();
  await wait(300);
  expect(states).toContain('main offline');
  expect(states.at(-1)).toBe('main live');
  expect((packets.rtp[before]?.payload[0] ?? 0) & 0x1f).toSatisfy((type: number) => type === 24 || type === 7);
  expect(packets.isContinuous && packets.isMonotonic).toBe(true);
  const gap = (packets.rtp[before]?.timestamp ?? 0) - (packets.rtp[before - 1]?.timestamp ?? 0);
  expect(gap / 90).toBeGreaterThan(200);
  expect(gap / 90).toBeLessThan(1500);
});

test('NACKed packets are sent again as they were; unknown ones are not', async () => {
  const egress = viewer();
  egress.select('main');
  egress.opened();
  await wait(200);
  const lost = packets.rtp.at(-3);
  if (!lost) throw new Error('nothing sent');
  egress.feedback(feedbackPacket(205, 1, [lost.sequence >> 8, lost.sequence & 0xff, 0, 0]));
  const again = packets.rtp.at(-1);
  expect(again?.sequence).toBe(lost.sequence);
  expect(again?.timestamp).toBe(lost.timestamp);
  expect(again?.marker).toBe(lost.marker);
  expect(again?.payload.equals(lost.payload)).toBe(true);
  const count = packets.rtp.length;
  const strange = (lost.sequence + 30_000) & 0xffff;
  egress.feedback(feedbackPacket(205, 1, [strange >> 8, strange & 0xff, 0xff, 0xff]));
  expect(packets.rtp.length).toBe(count);
});

test('a PLI replays the GOP, at most once a second', async () => {
  const egress = viewer();
  egress.select('main');
  egress.opened();
  await wait(1100);
  const keys = () => packets.pictures().filter((picture) => picture.key).length;
  const before = keys();
  const pli = feedbackPacket(206, 1, []);
  for (let i = 0; i < 5; i++) {
    egress.feedback(pli);
    await wait(40);
  }
  expect(keys()).toBe(before + 1);
  expect(packets.isContinuous && packets.isMonotonic).toBe(true);
});

test('a viewer that takes nothing loses whole pictures up to a key picture, and holds back nobody', async () => {
  const other = new RecordedPackets();
  const slow = viewer();
  const quick = viewer('cam1', other);
  for (const egress of [slow, quick]) {
    egress.select('main');
    egress.opened();
  }
  await wait(300);
  packets.takes = false;
  await wait(200);
  packets.takes = true;
  const before = packets.rtp.length;
  await expect.poll(() => packets.rtp.length, { timeout: 3000 }).toBeGreaterThan(before);
  expect((packets.rtp[before]?.payload[0] ?? 0) & 0x1f).toSatisfy((type: number) => type === 24 || type === 7);
  expect(other.isContinuous).toBe(true);
});

test('sender reports tell when a picture arrived', async () => {
  const egress = viewer();
  egress.select('main');
  egress.opened();
  await wait(300);
  egress.second();
  const report = packets.rtcp.at(-1);
  const last = packets.rtp.at(-1);
  if (!report || !last) throw new Error('no report');
  expect(report[1]).toBe(200);
  const wallClock = (report.readUInt32BE(8) - 2_208_988_800) * 1000 + (report.readUInt32BE(12) / 2 ** 32) * 1000;
  expect(Math.abs(wallClock - Date.now())).toBeLessThan(30);
  expect(Math.abs(((report.readUInt32BE(16) - last.timestamp) | 0) / 90)).toBeLessThan(80);
});

test('one feed serves all viewers, and closes some time after the last', async () => {
  const viewers = Array.from({ length: 20 }, () => viewer('cam1', new RecordedPackets()));
  for (const egress of viewers) egress.select('main');
  expect(cameras.subscribed).toEqual(['main:cam1']);
  for (const egress of viewers) egress.close();
  expect(feeds.size).toBe(1);
  await wait(150);
  expect(feeds.size).toBe(0);
  expect(cameras.sinks).toBe(0);
});
