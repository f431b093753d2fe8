import { UpdateTrackSettings, VideoQuality } from '@livekit/protocol';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { FileCameras } from './testing/file-cameras.ts';
import { videoOffer } from './testing/offers.ts';
import { metadataOf, testEdge } from './testing/test-edge.ts';
import { testVideo } from './testing/test-video.ts';
import { TestViewer, token, twirp } from './testing/test-viewer.ts';

let cameras: FileCameras;
let running: Awaited<ReturnType<typeof testEdge>>;
let viewer: TestViewer | null = null;

beforeAll(async () => {
  const main = await testVideo({ width: 640, height: 360, bitrate: '500k' });
  cameras = new FileCameras({ main, sub: main });
  running = await testEdge(cameras);
}, 60_000);

afterEach(() => {
  viewer?.close();
  viewer = null;
});

afterAll(async () => {
  await running.edge.close();
  cameras.close();
});

/** A camera for each test: one that somebody watched lingers, and who comes next shares it. */
async function reserved(camera: string, quality: string): Promise<string> {
  const room = `camera_${camera}`;
  await twirp(running.url, 'CreateRoom', { name: room, metadata: metadataOf([camera]) });
  return token({ room, roomJoin: true, canSubscribe: true }, 'viewer', { quality });
}

const sent = (camera: string) => cameras.subscribed.filter((each) => each.endsWith(`:${camera}`));

async function play(path: string, jwt: string): Promise<Response> {
  const headers = { 'content-type': 'application/sdp', authorization: `Bearer ${jwt}` };
  return fetch(running.url + path, { method: 'POST', headers, body: videoOffer({ direction: 'recvonly' }) });
}

test('who reserved a low quality is sent the small picture, however large he says his tile is', async () => {
  viewer = new TestViewer(running.url, await reserved('cam1', 'low'));
  await expect.poll(() => viewer?.packets, { timeout: 8000 }).toBeGreaterThan(20);
  const join = viewer.messages.find((message) => message.case === 'join');
  if (join?.case !== 'join') throw new Error('no join');
  const trackSids = join.value.otherParticipants.flatMap(({ tracks }) => tracks.map(({ sid }) => sid));
  expect(trackSids).toHaveLength(1);
  for (const size of [{ width: 1920, height: 1080 }, { quality: VideoQuality.HIGH }]) {
    viewer.send({ case: 'trackSetting', value: new UpdateTrackSettings({ trackSids, ...size }) });
  }
  const before = viewer.packets;
  await expect.poll(() => viewer?.packets).toBeGreaterThan(before + 20);
  expect(sent('cam1')).toEqual(['sub:cam1']);
});

test('any other quality begins with the large picture', async () => {
  viewer = new TestViewer(running.url, await reserved('cam2', 'medium'));
  await expect.poll(() => sent('cam2'), { timeout: 8000 }).toEqual(['main:cam2']);
});

test.each([
  { camera: 'cam3', path: '/whep/cam3', quality: 'low', profile: 'sub' },
  { camera: 'cam4', path: '/whep/cam4?profile=main', quality: 'low', profile: 'sub' },
  { camera: 'cam5', path: '/whep/cam5?profile=sub', quality: 'high', profile: 'sub' },
  { camera: 'cam6', path: '/whep/cam6', quality: 'high', profile: 'main' },
  { camera: 'cam7', path: '/rtc/v1/whep/?app=live&stream=cam7&profile=sub', quality: 'high', profile: 'sub' },
])(
  '$path with a token of $quality quality is sent the $profile picture',
  async ({ camera, path, quality, profile }) => {
    const answer = await play(path, await reserved(camera, quality));
    expect(answer.status).toBe(201);
    const location = answer.headers.get('location') ?? '';
    expect(location).toMatch(new RegExp(`^/whep/${camera}/[0-9a-f-]{36}$`));
    expect(sent(camera)).toEqual([`${profile}:${camera}`]);
    expect((await fetch(running.url + location, { method: 'DELETE' })).status).toBe(200);
  },
);

test("SRS's form of a WHEP address names a camera, and refuses as ours does", async () => {
  const jwt = await reserved('cam8', 'high');
  expect((await play('/rtc/v1/whep/?app=live', jwt)).status).toBe(404);
  expect((await play('/rtc/v1/whep/?stream=cam2', jwt)).status).toBe(403);
  const nobody = await fetch(`${running.url}/rtc/v1/whep/?stream=cam8`, {
    method: 'POST',
    body: videoOffer({ direction: 'recvonly' }),
  });
  expect(nobody.status).toBe(401);
});
