import { setTimeout as wait } from 'node:timers/promises';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Push, Pushes } from '../../push/pushes.ts';
import { FileCameras } from '../testing/file-cameras.ts';
import { KeyAccess, MemoryPublishing } from '../testing/memory-publishing.ts';
import { testEdge } from '../testing/test-edge.ts';
import { testVideo } from '../testing/test-video.ts';

const publishing = new MemoryPublishing();
const access = new KeyAccess();
let cameras: FileCameras;
let running: Awaited<ReturnType<typeof testEdge>>;
let pushes: Pushes;
let generation = 1;

beforeAll(async () => {
  const main = await testVideo({ width: 640, height: 360, bitrate: '500k' });
  cameras = new FileCameras({ main, sub: main });
  running = await testEdge(cameras, { publishing, access });
  pushes = new Pushes({ streams: cameras, registry: new Registry(), log: pino({ level: 'silent' }) });
}, 60_000);

afterAll(async () => {
  await pushes.close();
  await running.edge.close();
  cameras.close();
});

const push = (camera: string, more: Partial<Push> = {}): Push => ({
  camera,
  profile: 'main',
  url: `${running.url}/whip/key-${camera}`,
  token: null,
  ...more,
});
const last = () => publishing.published.at(-1);
const state = (at = 0) => pushes.list()[at]?.status.state;

test('a stream pushed by WHIP arrives picture by picture, untouched, and ends when it is no longer wanted', async () => {
  pushes.set(generation++, [push('cam1')]);
  await expect.poll(() => last()?.pictures.length, { timeout: 8000 }).toBeGreaterThan(60);
  const publication = last();
  if (!publication) throw new Error('nothing was published');
  expect(publication.name).toBe('main/cam1');
  expect(publication.trackSets[0]?.[0]).toMatchObject({ kind: 'video', width: 640, height: 360 });
  const [first] = publication.pictures;
  expect(first?.key).toBe(true);
  const video = await testVideo({ width: 640, height: 360, bitrate: '500k' });
  const sent = new Set(video.pictures.map((picture) => picture.nals.map((nal) => nal.toString('base64')).join()));
  for (const unit of publication.pictures) {
    expect(sent.has(unit.nals.map((nal) => nal.toString('base64')).join())).toBe(true);
  }
  await expect.poll(() => publication.counted.packets, { timeout: 3000 }).toBeGreaterThan(50);
  expect(publication.counted.packetsLost).toBe(0);
  expect(state()).toBe('pushing');

  pushes.set(generation++, []);
  await expect.poll(() => publication.closed, { timeout: 3000 }).toEqual({ reason: 'STREAM_ENDED', detail: 'DELETE' });
  await expect.poll(() => access.closedSessions).toContain(access.asked[0]?.session);
});

test('the key may come as a bearer token; a second publisher is refused and tries again later', async () => {
  pushes.set(generation++, [push('cam2', { url: `${running.url}/w`, token: 'key-cam2' })]);
  await expect.poll(() => last()?.name, { timeout: 8000 }).toBe('main/cam2');
  await expect.poll(() => state()).toBe('pushing');
  const second = new Pushes({ streams: cameras, registry: new Registry(), log: pino({ level: 'silent' }) });
  second.set(1, [push('cam2')]);
  await expect
    .poll(() => second.list()[0]?.status, { timeout: 5000 })
    .toMatchObject({
      state: 'failed',
      httpStatus: 409,
      reason: 'the server answered 409: somebody else publishes this stream',
    });
  pushes.set(generation++, []);
  await expect.poll(() => second.list()[0]?.status.state, { timeout: 8000 }).toBe('pushing');
  await second.close();
}, 20_000);

test('a publisher that is ended by us comes back after a second', async () => {
  pushes.set(generation++, [push('cam3')]);
  await expect
    .poll(() => last()?.name === 'main/cam3' && last()?.pictures.length, { timeout: 8000 })
    .toBeGreaterThan(5);
  const before = last();
  before?.publisher.end('wanted elsewhere');
  expect(before?.closed).toEqual({ reason: 'STREAM_ENDED', detail: 'wanted elsewhere' });
  await expect.poll(() => last() !== before && last()?.pictures.length, { timeout: 8000 }).toBeGreaterThan(5);
  pushes.set(generation++, []);
}, 30_000);

test('a wrong key is not tried again soon', async () => {
  pushes.set(generation++, [push('cam4', { url: `${running.url}/whip/wrong` })]);
  await expect
    .poll(() => pushes.list()[0]?.status, { timeout: 5000 })
    .toMatchObject({ state: 'failed', httpStatus: 404 });
  await wait(50);
  pushes.set(generation++, []);
});
