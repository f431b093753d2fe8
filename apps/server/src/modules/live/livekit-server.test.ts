import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client, Reservation } from '@marsad/contract';
import type { MediaNodeOptions } from '@marsad/media-node';
import { Valkey } from 'iovalkey';
import { IngressClient, RoomServiceClient } from 'livekit-server-sdk';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { freeTcpPort, freeUdpPort } from '../../../../../packages/media-node/src/edge/testing/free-ports.ts';
import { TestViewer } from '../../../../../packages/media-node/src/edge/testing/test-viewer.ts';
import { encode } from '../../../../../packages/media-node/src/testing/encoded.ts';
import { TestCamera } from '../../../../../packages/media-node/src/testing/rtsp-camera.ts';
import { type TestApi, testApi } from '../../testing/test-api.ts';
import { until } from '../../testing/until.ts';

const key = { apiKey: 'remote', apiSecret: 'the secret of a server that is not ours' };
const program = fileURLToPath(
  new URL('../../../../../packages/media-node/src/testing/node-process.ts', import.meta.url),
);

/** An edge of ours in a process of its own, with a key of its own: it plays the LiveKit server of somebody else. */
class Remote {
  readonly url: string;
  readonly rooms: RoomServiceClient;
  readonly ingress: IngressClient;
  readonly #options: Omit<MediaNodeOptions, 'log'>;
  readonly #folder: string;
  #child: ChildProcess | null = null;

  private constructor(folder: string, port: number, udp: number, webhookUrls: string[]) {
    this.#folder = folder;
    this.url = `http://127.0.0.1:${port}`;
    this.rooms = new RoomServiceClient(this.url, key.apiKey, key.apiSecret);
    this.ingress = new IngressClient(this.url, key.apiKey, key.apiSecret);
    this.#options = {
      id: 'remote',
      roles: ['edge'],
      rpc: { listen: `unix:${join(folder, 'remote.sock')}`, secret: 'nobody of us knows this secret' },
      valkey: null,
      edge: {
        http: { host: '127.0.0.1', port },
        udp: { port: udp, bindAddress: '127.0.0.1', publicAddresses: [] },
        publicUrl: null,
        livekit: key,
        webhookUrls,
        corsOrigins: '*',
        ingressFile: join(folder, 'ingress.json'),
      },
    };
  }

  static async prepare(): Promise<(webhookUrls: string[]) => Remote> {
    const folder = mkdtempSync(join(tmpdir(), 'remote-'));
    const [port, udp] = [await freeTcpPort(), await freeUdpPort()];
    return (webhookUrls) => new Remote(folder, port, udp, webhookUrls);
  }

  async start(): Promise<void> {
    this.#child = fork(program, { execArgv: [] });
    this.#child.send(this.#options);
    await once(this.#child, 'message');
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (!child) return;
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('the remote has ended by itself');
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  async close(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

let t: TestApi;
let remote: Remote;
let source: TestCamera;
let admin: Client;
let operator: Client;
let camera: string;
const viewers: TestViewer[] = [];

beforeAll(async () => {
  const prepared = await Remote.prepare();
  const address = prepared([]).url;
  source = await new TestCamera(encode()).start();
  t = await testApi({
    environment: { LIVEKIT_URL: address, LIVEKIT_API_KEY: key.apiKey, LIVEKIT_API_SECRET: key.apiSecret },
  });
  remote = prepared([`${t.api.address}/webhook/livekit`]);
  await remote.start();
  admin = t.client(await t.admin());
  operator = t.client((await t.user('METRO', ['camera:METRO:view'])).token);
  await t.mediaNode();
  await vi.waitUntil(() => t.api.mediaPlane.ready, { timeout: 8_000 });
  const body = { name: 'Gate', source: 'METRO' as const, rtsp_url: source.url };
  camera = (await admin.cameras.create({ body })).id;
  await until(async () => (await admin.cameras.get({ params: { id: camera } })).status === 'ONLINE', 8_000);
}, 90_000);

afterAll(async () => {
  for (const viewer of viewers) viewer.close();
  await t?.close();
  await remote?.close();
  await source?.close();
});

const playerOffer = [
  ...['v=0', 'o=- 1 2 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0', 'm=video 9 UDP/TLS/RTP/SAVPF 109'],
  ...['c=IN IP4 0.0.0.0', 'a=ice-ufrag:abcd', 'a=ice-pwd:abcdefghijklmnopqrstuvwx'],
  `a=fingerprint:sha-256 ${Array.from({ length: 32 }, () => 'AB').join(':')}`,
  ...['a=setup:actpass', 'a=mid:0', 'a=recvonly', 'a=rtcp-mux', 'a=rtpmap:109 H264/90000'],
  'a=fmtp:109 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f',
  '',
].join('\r\n');

async function watch(reservation: Reservation): Promise<TestViewer> {
  const viewer = new TestViewer(reservation.livekit_url.replace('ws', 'http'), reservation.token);
  viewers.push(viewer);
  await until(() => viewer.heard('join'), 5_000);
  return viewer;
}
const pictures = (viewer: TestViewer, timeout = 10_000) =>
  expect.poll(() => viewer.packets, { timeout }).toBeGreaterThan(50);
const current = async () => (await admin.streams.stats()).source_stats.METRO?.current;
const release = (client: Client, { reservation_id: id }: Reservation) => client.streams.release({ params: { id } });

describe('a LiveKit server in the place of our edges', () => {
  it('shows a camera from the first reservation on, once for all viewers, and no longer than the last', async () => {
    const mine = await operator.streams.reserve({ body: { camera_id: camera, wall_id: 'w1' } });
    expect(mine).toMatchObject({
      room_name: `camera_${camera}`,
      livekit_url: remote.url.replace('http', 'ws'),
      participant_identity: `camera_${camera}`,
    });
    const me = await watch(mine);
    await pictures(me);
    const other = t.client((await t.user('METRO', ['camera:METRO:view'])).token);
    const theirs = await other.streams.reserve({ body: { camera_id: camera } });
    expect(theirs.room_name).toBe(mine.room_name);
    const them = await watch(theirs);
    await pictures(them);

    const publishers = (await remote.rooms.listParticipants(mine.room_name)).filter((each) => each.isPublisher);
    expect(publishers.map(({ identity, name }) => ({ identity, name }))).toEqual([
      { identity: `camera_${camera}`, name: 'Gate' },
    ]);
    expect(await remote.ingress.listIngress({ roomName: mine.room_name })).toHaveLength(1);
    // Our own edge has no such room: nobody is to be there by mistake.
    const text = await admin.system.metrics();
    expect(text).toMatch(/cctv_pushes\{[^}]*state="pushing"[^}]*\} 1\b/);

    await release(operator, mine);
    await until(() => me.heard('leave'), 1_000);
    expect(them.heard('leave')).toBe(false);
    const before = them.packets;
    await expect.poll(() => them.packets, { timeout: 3_000 }).toBeGreaterThan(before + 20);

    await release(other, theirs);
    await until(() => them.heard('leave'), 1_000);
    expect(await remote.ingress.listIngress()).toEqual([]);
    expect(await remote.rooms.listRooms()).toEqual([]);
    await until(async () => /cctv_pushes\{[^}]*state="pushing"[^}]*\} 0\b/.test(await admin.system.metrics()), 5_000);
  }, 60_000);

  it('leaves other players on our own edges, where an access token is what counts', async () => {
    const user = await t.user('METRO', ['camera:METRO:view']);
    const mine = await t.client(user.token).streams.reserve({ body: { camera_id: camera } });
    // Its token is for a room on the other server, and opens nothing here.
    expect(mine).not.toHaveProperty('whep_url');
    const whep = `http://127.0.0.1:${t.api.mediaPlane.edges()[0]?.lease.public_port}/whep/${camera}`;
    const play = (token: string) =>
      fetch(whep, {
        method: 'POST',
        headers: { 'content-type': 'application/sdp', authorization: `Bearer ${token}` },
        body: playerOffer,
      });
    expect((await play(mine.token)).status).toBe(404);
    const answer = await play(user.token);
    expect(answer.status).toBe(201);
    await fetch(new URL(answer.headers.get('location') ?? '', whep), { method: 'DELETE' });
    await release(t.client(user.token), mine);
  }, 30_000);

  it('gives the small picture a room of its own', async () => {
    const body = { camera_id: camera, quality: 'low' as const };
    const low = await operator.streams.reserve({ body });
    expect(low.room_name).toBe(`camera_${camera}_sub`);
    // This camera has none: then the one it has is pushed.
    await pictures(await watch(low));
    await release(operator, low);
  }, 30_000);

  it('counts who watches there, knows them again when Valkey has forgotten, and hears its webhooks', async () => {
    const reservation = await operator.streams.reserve({ body: { camera_id: camera } });
    const viewer = await watch(reservation);
    await pictures(viewer);
    const heard = async () =>
      /cctv_livekit_webhooks_total\{event="participant_joined",outcome="taken"\} [1-9]/.test(
        await admin.system.metrics(),
      );
    await until(heard, 5_000);
    const raw = new Valkey(t.config.valkey.url ?? '');
    await raw.del(await raw.keys(`${t.config.valkey.keyPrefix}*`));
    raw.disconnect();
    // Without the limits there are no statistics.
    await until(async () => (await current().catch(() => null)) === 1, 15_000);
    const before = viewer.packets;
    await expect.poll(() => viewer.packets, { timeout: 3_000 }).toBeGreaterThan(before + 20);
    expect(viewer.heard('leave')).toBe(false);
    await release(operator, reservation);
    await until(() => viewer.heard('leave'), 1_500);
  }, 60_000);

  it('gets a new ingress when somebody has deleted ours', async () => {
    const reservation = await operator.streams.reserve({ body: { camera_id: camera } });
    const viewer = await watch(reservation);
    await pictures(viewer);
    const [deleted] = await remote.ingress.listIngress({ roomName: reservation.room_name });
    await remote.ingress.deleteIngress(deleted?.ingressId ?? '');
    await until(async () => (await remote.ingress.listIngress()).length === 1, 8_000);
    const before = viewer.packets;
    await expect.poll(() => viewer.packets, { timeout: 10_000 }).toBeGreaterThan(before + 20);
    expect(viewer.heard('leave')).toBe(false);
    await release(operator, reservation);
  }, 60_000);

  it('is filled again when it comes back after it was killed', async () => {
    const reservation = await operator.streams.reserve({ body: { camera_id: camera } });
    await pictures(await watch(reservation));
    await remote.kill();
    const other = await admin.cameras.create({ body: { name: 'Yard', source: 'METRO', rtsp_url: source.url } });
    await until(async () => (await admin.cameras.get({ params: { id: other.id } })).status === 'ONLINE', 8_000);
    const refused = await operator.streams.reserve({ body: { camera_id: other.id } }).catch((error) => error);
    expect(refused).toMatchObject({ status: 503, code: 'SERVICE_UNAVAILABLE' });
    expect(await current()).toBe(1);
    await remote.start();
    const again = performance.now();
    await until(async () => {
      const [room] = await remote.rooms.listRooms([reservation.room_name]).catch(() => []);
      return room?.metadata.includes(camera) ?? false;
    }, 15_000);
    await pictures(await watch(reservation), 20_000);
    // The server is looked at every five seconds, the push is tried again after 1, 2 and 4.
    expect(performance.now() - again).toBeLessThan(20_000);
    await release(operator, reservation);
  }, 90_000);
});
