import { setTimeout as wait } from 'node:timers/promises';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import type { StreamSink } from '../../stream-provider.ts';
import { picture, videoTrack } from '../../testing/pictures.ts';
import { EdgeMetrics } from '../edge-metrics.ts';
import { FileCameras } from '../testing/file-cameras.ts';
import { testVideo } from '../testing/test-video.ts';
import { Feed } from './feed.ts';
import { Feeds } from './feeds.ts';
import type { PacketisedPicture } from './packetised-picture.ts';

async function shownOf(extra: string[]): Promise<{ pictures: PacketisedPicture[]; states: string[] }> {
  const main = await testVideo({ width: 320, height: 180, bitrate: '200k', extra });
  expect(main.track.reorders).toBe(true);
  const cameras = new FileCameras({ main });
  const metrics = new EdgeMetrics(new Registry());
  const feeds = new Feeds({ streams: cameras, log: pino({ level: 'silent' }), metrics });
  const pictures: PacketisedPicture[] = [];
  const states: string[] = [];
  feeds.acquire(
    { camera: 'cam1', profile: 'main' },
    {
      picture: (_, picture) => pictures.push(picture),
      status: (_, status) => states.push(status.reason ?? status.state),
    },
  );
  await wait(1200);
  feeds.close();
  cameras.close();
  return { pictures, states };
}

test('B pictures nothing refers to are left out', async () => {
  const { pictures, states } = await shownOf(['-bf', '2', '-b_strategy', '0', '-x264-params', 'b-pyramid=none']);
  expect(states).not.toContain('REORDERED_PICTURES');
  expect(pictures.length).toBeGreaterThan(5);
  expect(pictures.length).toBeLessThan(15);
  for (let i = 1; i < pictures.length; i++) expect(pictures[i]?.pts).toBeGreaterThan(pictures[i - 1]?.pts ?? 0);
});

test('a stream that stops referring to B pictures is live again, without having been away', () => {
  const sinks: StreamSink[] = [];
  const streams = {
    subscribe: (_: unknown, sink: StreamSink) => {
      sinks.push(sink);
      return { close: () => {} };
    },
  };
  const key = { camera: 'cam1', profile: 'main' } as const;
  const metrics = new EdgeMetrics(new Registry());
  const feed = new Feed({ key, streams, log: pino({ level: 'silent' }), metrics });
  const states: string[] = [];
  feed.attach({ picture: () => {}, status: (_, status) => states.push(status.state) });
  const [stream] = sinks;
  stream?.tracks([{ ...videoTrack, reorders: true }]);
  stream?.status({
    state: 'live',
    reason: null,
    detail: null,
    since: 0,
    last_picture_at: null,
    next_attempt_at: null,
  });
  for (const [number, key] of [
    [0, true],
    [3, false],
    [1, false],
  ] as const)
    stream?.unit(picture(number, { key }), false);
  expect(states).toEqual(['live', 'unsupported']);
  stream?.tracks([videoTrack]);
  expect(states).toEqual(['live', 'unsupported', 'live']);
  feed.close();
});
