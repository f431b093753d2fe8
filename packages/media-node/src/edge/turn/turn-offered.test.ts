import { createHmac } from 'node:crypto';
import { ClientConfigSetting, type ICEServer } from '@livekit/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FileCameras } from '../testing/file-cameras.ts';
import { metadataOf, testEdge } from '../testing/test-edge.ts';
import { testVideo } from '../testing/test-video.ts';
import { joinToken, TestViewer, twirp } from '../testing/test-viewer.ts';

const SECRET = 'known to the relay';
const turn = {
  urls: ['turn:turn.example:3478?transport=udp', 'turns:turn.example:5349'],
  secret: SECRET,
  ttl: 3600,
  forceRelay: true,
};
let cameras: FileCameras;
let running: Awaited<ReturnType<typeof testEdge>>;

beforeAll(async () => {
  const main = await testVideo({ width: 640, height: 360, bitrate: '500k' });
  cameras = new FileCameras({ main, sub: main });
  running = await testEdge(cameras, { turn });
}, 60_000);

afterAll(async () => {
  await running.edge.close();
  cameras.close();
});

function expectCredentials({ username, credential }: Pick<ICEServer, 'username' | 'credential'>, identity: string) {
  const [expiry, name] = username.split(':');
  expect(name).toBe(identity);
  expect(Math.abs(Number(expiry) - Date.now() / 1000 - turn.ttl)).toBeLessThan(30);
  expect(credential).toBe(createHmac('sha1', SECRET).update(username).digest('base64'));
}

test('a LiveKit client is told of the relays when it joins, and again when it comes back', async () => {
  await twirp(running.url, 'CreateRoom', { name: 'relayed', metadata: metadataOf(['cam1']) });
  const viewer = new TestViewer(running.url, await joinToken('relayed', 'ada'));
  await expect.poll(() => viewer.packets, { timeout: 8000 }).toBeGreaterThan(0);
  const join = viewer.messages.find((message) => message.case === 'join');
  if (join?.case !== 'join') throw new Error('no join');
  expect(join.value.clientConfiguration?.forceRelay).toBe(ClientConfigSetting.ENABLED);
  const [relay] = join.value.iceServers;
  expect(relay?.urls).toEqual(turn.urls);
  if (relay) expectCredentials(relay, 'ada');

  const sid = join.value.participant?.sid ?? '';
  const returned = new TestViewer(
    running.url,
    await joinToken('relayed', 'ada'),
    `auto_subscribe=1&reconnect=1&sid=${sid}`,
  );
  await expect.poll(() => returned.messages[0]?.case, { timeout: 5000 }).toBe('reconnect');
  const [first] = returned.messages;
  if (first?.case !== 'reconnect') throw new Error('no reconnect');
  expect(first.value.iceServers[0]?.urls).toEqual(turn.urls);
  viewer.close();
  returned.close();
});

test('a WHEP player is told of them before its offer and in the answer; who shows no token is not', async () => {
  const token = await joinToken('camera_cam1', 'bob');
  const ask = async (authorization: Record<string, string>) =>
    fetch(`${running.url}/whep/cam1`, { method: 'OPTIONS', headers: authorization });
  expect((await ask({})).headers.get('link')).toBeNull();
  expect((await ask({ authorization: 'Bearer nonsense' })).headers.get('link')).toBeNull();
  const told = (await ask({ authorization: `Bearer ${token}` })).headers.get('link') ?? '';
  const [, username = '', credential = ''] = /username="([^"]+)"; credential="([^"]+)"/.exec(told) ?? [];
  expectCredentials({ username, credential }, 'bob');
  expect(told).toContain('<turns:turn.example:5349>; rel="ice-server"');
});
