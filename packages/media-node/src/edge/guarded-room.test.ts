import { afterAll, beforeAll, expect, test } from 'vitest';
import { FileCameras } from './testing/file-cameras.ts';
import { videoOffer } from './testing/offers.ts';
import { testEdge } from './testing/test-edge.ts';
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

const metadata = (viewers: string[], ids = ['cam1']) =>
  JSON.stringify({ cameras: ids.map((id) => ({ id, name: id })), viewers });
const admit = (room: string, viewers: string[], ids = ['cam1']) =>
  twirp(running.url, 'UpdateRoomMetadata', { room, metadata: metadata(viewers, ids) }, room);
const validate = async (room: string, identity: string) =>
  (await fetch(`${running.url}/rtc/validate?access_token=${await joinToken(room, identity)}`)).status;

test('a room that names its viewers refuses everybody else, and ends who is taken off within a second', async () => {
  await twirp(running.url, 'CreateRoom', { name: 'camera_cam1', metadata: metadata(['ada', 'bob']) });
  const [ada, bob] = [
    new TestViewer(running.url, await joinToken('camera_cam1', 'ada')),
    new TestViewer(running.url, await joinToken('camera_cam1', 'bob')),
  ];
  await expect.poll(() => ada.packets > 50 && bob.packets > 50, { timeout: 8000 }).toBe(true);
  expect(await validate('camera_cam1', 'eve')).toBe(403);
  // Who else may be here is nobody's business.
  expect(JSON.stringify(ada.messages, (_, value) => (typeof value === 'bigint' ? String(value) : value))).not.toContain(
    'bob',
  );

  await admit('camera_cam1', ['bob']);
  await expect.poll(() => ada.heard('leave'), { timeout: 1000 }).toBe(true);
  const [stopped, before] = [ada.packets, bob.packets];
  await expect.poll(() => bob.packets, { timeout: 3000 }).toBeGreaterThan(before + 20);
  expect(ada.packets - stopped).toBeLessThan(20);
  // The token is still good; the room does not take it.
  expect(await validate('camera_cam1', 'ada')).toBe(403);
  expect(bob.heard('roomUpdate')).toBe(false);
  await admit('camera_cam1', ['ada', 'bob']);
  expect(await validate('camera_cam1', 'ada')).toBe(200);
  ada.close();
  bob.close();
});

test('WHEP is refused alike, and without a room there is no camera', async () => {
  const ask = async (identity: string, camera = 'cam2') =>
    (
      await fetch(`${running.url}/whep/${camera}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/sdp',
          authorization: `Bearer ${await joinToken(`camera_${camera}`, identity)}`,
        },
        body: 'v=0\r\n',
      })
    ).status;
  expect(await ask('ada')).toBe(404);
  await twirp(running.url, 'CreateRoom', { name: 'camera_cam2', metadata: metadata(['ada'], ['cam2']) });
  expect(await ask('eve')).toBe(403);
  expect(await ask('ada')).toBe(406);
  await admit('camera_cam2', ['ada'], []);
  expect(await ask('ada')).toBe(404);
});

test('an identity watches once, over whichever protocol: the newest stays', async () => {
  await twirp(running.url, 'CreateRoom', { name: 'camera_cam3', metadata: metadata(['ada'], ['cam3']) });
  const token = await joinToken('camera_cam3', 'ada');
  const whep = async () => {
    const answer = await fetch(`${running.url}/whep/cam3`, {
      method: 'POST',
      headers: { 'content-type': 'application/sdp', authorization: `Bearer ${token}` },
      body: videoOffer({ direction: 'recvonly' }),
    });
    return { status: answer.status, location: answer.headers.get('location') ?? '' };
  };
  const participants = async () => {
    const answer = await twirp(running.url, 'ListParticipants', { room: 'camera_cam3' }, 'camera_cam3');
    const { participants } = (await answer.json()) as { participants: { identity: string }[] };
    return participants.filter(({ identity }) => identity === 'ada').length;
  };
  const [one, two] = await Promise.all([whep(), whep()]);
  expect([one.status, two.status]).toEqual([201, 201]);
  expect(await participants()).toBe(1);
  const viewer = new TestViewer(running.url, token);
  await expect.poll(() => viewer.packets, { timeout: 8000 }).toBeGreaterThan(0);
  expect(await participants()).toBe(1);
  expect(viewer.heard('leave')).toBe(false);
  viewer.close();
});
