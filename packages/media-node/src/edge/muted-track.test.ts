import { afterAll, beforeAll, expect, test } from 'vitest';
import { FileCameras } from './testing/file-cameras.ts';
import { metadataOf, testEdge } from './testing/test-edge.ts';
import { testVideo } from './testing/test-video.ts';
import { joinToken, TestViewer, twirp } from './testing/test-viewer.ts';

let cameras: FileCameras;
let running: Awaited<ReturnType<typeof testEdge>>;

beforeAll(async () => {
  const main = await testVideo({ width: 640, height: 360, bitrate: '500k' });
  cameras = new FileCameras({ main, sub: main });
  running = await testEdge(cameras);
}, 60_000);

afterAll(async () => {
  await running.edge.close();
  cameras.close();
});

function trackOf(viewer: TestViewer) {
  return viewer.messages
    .flatMap((message) =>
      message.case === 'update'
        ? message.value.participants
        : message.case === 'join'
          ? message.value.otherParticipants
          : [],
    )
    .findLast(({ identity }) => identity === 'camera_cam1')?.tracks[0];
}

const mute = (trackSid: string, muted: boolean, identity = 'camera_cam1') =>
  twirp(running.url, 'MutePublishedTrack', { room: 'muting', identity, trackSid, muted }, 'muting');
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test('a muted camera is sent to nobody in the room, taken in for nobody, and back at a key picture', async () => {
  await twirp(running.url, 'CreateRoom', { name: 'muting', metadata: metadataOf(['cam1']) });
  await twirp(running.url, 'CreateRoom', { name: 'another', metadata: metadataOf(['cam1']) });
  const viewer = new TestViewer(running.url, await joinToken('muting', 'ada'));
  const elsewhere = new TestViewer(running.url, await joinToken('another', 'bob'));
  await expect.poll(() => viewer.packets, { timeout: 8000 }).toBeGreaterThan(20);
  const sid = trackOf(viewer)?.sid ?? '';
  const answer = await mute(sid, true);
  expect(await answer.json()).toMatchObject({ track: { sid, muted: true } });
  await expect.poll(() => trackOf(viewer)?.muted).toBe(true);
  await wait(300);
  const [silent, others] = [viewer.packets, elsewhere.packets];
  await wait(500);
  expect(viewer.packets).toBe(silent);
  expect(elsewhere.packets).toBeGreaterThan(others);

  // Whoever comes now is told, and gets nothing either.
  const late = new TestViewer(running.url, await joinToken('muting', 'eve'));
  await expect.poll(() => late.state, { timeout: 8000 }).toBe('connected');
  expect(trackOf(late)?.muted).toBe(true);
  await wait(300);
  expect(late.packets).toBe(0);

  await mute(sid, true);
  await mute(sid, false);
  await expect.poll(() => Math.min(late.packets, viewer.packets - silent), { timeout: 3000 }).toBeGreaterThan(20);
  await expect.poll(() => trackOf(late)?.muted).toBe(false);
  expect(late.startsOnKey).toBe(true);
  for (const each of [viewer, elsewhere, late]) each.close();
}, 30_000);

test('what is not there cannot be muted', async () => {
  await twirp(running.url, 'CreateRoom', { name: 'muting', metadata: metadataOf(['cam1']) });
  expect((await mute('TR_none', true)).status).toBe(404);
  expect((await mute('TR_none', true, 'nobody')).status).toBe(404);
  const other = await twirp(running.url, 'MutePublishedTrack', { room: 'muting' }, 'another');
  expect(other.status).toBe(401);
});
