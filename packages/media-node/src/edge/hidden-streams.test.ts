import type { StreamStatus } from '@marsad/contract';
import type { AccessUnit } from '@marsad/media';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HiddenStreams } from './hidden-streams.ts';
import { FileCameras } from './testing/file-cameras.ts';
import { metadataOf, testEdge } from './testing/test-edge.ts';
import { type TestVideo, testVideo } from './testing/test-video.ts';
import { joinToken, TestViewer, twirp } from './testing/test-viewer.ts';

let main: TestVideo;
let cameras: FileCameras;
const key = { camera: 'cam1', profile: 'main' } as const;

beforeAll(async () => {
  main = await testVideo({ width: 640, height: 360, bitrate: '500k' });
  cameras = new FileCameras({ main, sub: main });
}, 60_000);

afterAll(() => cameras.close());

function newSink() {
  const heard = { states: [] as StreamStatus[], units: [] as { unit: AccessUnit; replay: boolean }[], tracks: 0 };
  return {
    heard,
    sink: {
      tracks: () => {
        heard.tracks++;
      },
      unit: (unit: AccessUnit, replay: boolean) => heard.units.push({ unit, replay }) > 0,
      status: (status: StreamStatus) => {
        heard.states.push(status);
      },
    },
  };
}

test('hidden, a camera sends nothing and is not even taken in; shown again, it starts with a key picture', async () => {
  let now = 1000;
  const streams = new HiddenStreams({ streams: cameras, now: () => now });
  const { heard, sink } = newSink();
  const subscription = streams.subscribe(key, sink);
  await expect.poll(() => heard.units.length).toBeGreaterThan(3);
  streams.hide(['cam1', 'cam7']);
  expect(heard.states.at(-1)).toMatchObject({ state: 'offline', reason: 'HIDDEN', since: 1000, last_picture_at: null });
  expect(cameras.sinks).toBe(0);
  const told = heard.states.length;
  now = 2000;
  streams.hide(['cam1']);
  expect(heard.states).toHaveLength(told);
  const late = newSink();
  const second = streams.subscribe({ ...key, profile: 'sub' }, late.sink);
  expect(late.heard.states).toEqual([]);
  await expect.poll(() => late.heard.states[0]?.since).toBe(1000);
  expect(late.heard.units).toEqual([]);

  const before = heard.units.length;
  streams.hide([]);
  expect(heard.units[before]).toMatchObject({ unit: { key: true }, replay: true });
  expect(heard.states.at(-1)?.state).toBe('live');
  await expect.poll(() => late.heard.units.length).toBeGreaterThan(0);
  subscription.close();
  second.close();
  streams.hide(['cam1']);
  expect(cameras.sinks).toBe(0);
  expect(heard.states.at(-1)?.state).toBe('live');
});

test('viewers in a room are told, get no packet, and have their picture again within a moment', async () => {
  const streams = new HiddenStreams({ streams: cameras });
  const { edge, url } = await testEdge(streams);
  await twirp(url, 'CreateRoom', { name: 'wall', metadata: metadataOf(['cam1', 'cam2']) });
  const viewer = new TestViewer(url, await joinToken('wall', 'ada'));
  await expect.poll(() => viewer.packets, { timeout: 8000 }).toBeGreaterThan(20);
  const told = () => {
    const updates = viewer.messages.flatMap((message) => (message.case === 'update' ? message.value.participants : []));
    return updates.findLast((participant) => participant.identity === 'camera_cam1');
  };
  streams.hide(['cam1', 'cam2']);
  await expect.poll(() => told()?.attributes['reason']).toBe('HIDDEN');
  expect(told()?.tracks[0]?.muted).toBe(true);
  // What is on its way or asked for again may still come; a picture would every 40 ms.
  let silent = 0;
  const came = async () => {
    silent = viewer.packets;
    await new Promise((resolve) => setTimeout(resolve, 600));
    return viewer.packets - silent;
  };
  await expect.poll(came).toBe(0);
  streams.hide([]);
  await expect.poll(() => viewer.packets, { timeout: 2000 }).toBeGreaterThan(silent + 20);
  await expect.poll(() => told()?.attributes['state']).toBe('live');
  expect(told()?.tracks[0]?.muted).toBe(false);
  viewer.close();
  await edge.close();
});
