import { dispose } from '@livekit/rtc-node';
import { type Client, createClient, type Reservation } from '@marsad/contract';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { RunningMarsad } from '../fixtures/running-marsad.ts';
import { until } from '../fixtures/until.ts';
import { type Outage, outage } from './outage.ts';
import { partsOf, pidOf } from './processes.ts';
import { describeRefusals, livekit } from './refusals.ts';
import { WallViewer } from './wall-viewer.ts';

/** A part is back by then, also on a machine that has other things to do. */
const recoveryMs = 45_000;
/** Pictures that "go on" have no longer gap than this, milliseconds. */
const unnoticedMs = 2_500;

let marsad: RunningMarsad;
let client: Client;
const cameras: string[] = [];
let reservations: Reservation[] = [];
let viewer: WallViewer;
let beats: NodeJS.Timeout;

const reserve = (camera_id: string) => client.streams.reserve({ body: { camera_id, wall_id: 'watched' } });
const beat = async () => {
  for (const { reservation_id } of reservations) await client.streams.heartbeat({ params: { id: reservation_id } });
};

beforeAll(async () => {
  marsad = await RunningMarsad.start({
    demoCameras: 2,
    settings: { LIVEKIT_API_KEY: livekit.key, LIVEKIT_API_SECRET: livekit.secret },
  });
  // A token at hand: what is asked while the database is away must not fail for want of a sign-in.
  const token = await marsad.accessToken();
  client = createClient({ baseUrl: marsad.url, token: () => token });
  const simulated = await client.cameras.list();
  for (const { sub_rtsp_url, source } of simulated.cameras) {
    const { id } = await client.cameras.create({
      body: { name: `Small ${source}`, source, rtsp_url: sub_rtsp_url ?? '' },
    });
    cameras.push(id);
  }
  await until(
    async () => (await client.cameras.list({ query: { status: 'ONLINE' } })).total === 4,
    60_000,
    'all cameras',
  );
  reservations = await Promise.all(cameras.map(reserve));
  beats = setInterval(() => void beat().catch(() => {}), 10_000);
  viewer = await WallViewer.join(reservations[0] ?? { livekit_url: '', token: '' });
  await until(() => cameras.every((id) => viewer.shown(id).frames > 25), 60_000, 'pictures');
}, 240_000);

afterAll(async () => {
  clearInterval(beats);
  await viewer?.close();
  await dispose();
  await marsad?.stop();
}, 60_000);

/** Kills one part, asks all the time, and makes sure that no other part noticed. */
async function kill(part: string, needing: readonly string[], { annotate }: TestContext): Promise<Outage> {
  const questions = {
    catalogue: () => client.cameras.list(),
    'sign-in': () => marsad.accessToken(),
    reserving: () => reserve(cameras[0] ?? ''),
    beating: beat,
    statistics: () => client.streams.stats(),
    health: () => client.system.health(),
  };
  const before = partsOf(marsad.dataDir);
  viewer.mark();
  const seen = await outage(() => process.kill(pidOf(marsad.dataDir, part), 'SIGKILL'), questions, {
    needing,
    withinMs: recoveryMs,
  });
  const after = partsOf(marsad.dataDir);
  expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
  for (const [name, pid] of before) expect([name, after.get(name) === pid]).toEqual([name, name !== part]);
  await annotate(`${part} answered for again after ${seen.ms} ms`);
  return seen;
}

/** Each of these went wrong for want of that part alone, and said so in both languages; nothing else went wrong. */
function expectMissing(seen: Outage, part: string, needing: readonly string[]): void {
  for (const [question, errors] of seen.errors) {
    if (!needing.includes(question)) expect([question, errors.map(String)]).toEqual([question, []]);
    for (const { status, code, facts, messageEn, messageAr, requestId } of errors) {
      expect({ question, status, code, part: facts.part }).toEqual({
        question,
        status: 503,
        code: 'SERVICE_UNAVAILABLE',
        part,
      });
      expect(messageEn).toContain('is not available');
      expect(messageAr).toMatch(/\p{Script=Arabic}{3}/u);
      expect(requestId).toBeTruthy();
    }
  }
}

function expectPicturesWentOn(): void {
  for (const id of cameras) {
    const { frames, longestGap } = viewer.shown(id);
    expect(frames).toBeGreaterThan(10);
    expect(longestGap).toBeLessThan(unnoticedMs);
  }
}

async function expectSameReservations(): Promise<void> {
  await beat();
  const stats = await client.streams.stats();
  expect(stats.total_viewers).toBe(cameras.length);
  expect(stats.camera_stats.map(({ camera_id, viewer_count }) => [camera_id, viewer_count]).sort()).toEqual(
    cameras.map((id) => [id, 1]).sort(),
  );
  const again = await Promise.all(cameras.map(reserve));
  expect(again.map(({ reservation_id }) => reservation_id)).toEqual(
    reservations.map(({ reservation_id }) => reservation_id),
  );
}

describeRefusals(() => ({ marsad, client, cameras }));

it('the edge tells the api by webhook who has come', async () => {
  const lines = (await client.system.metrics()).split('\n');
  const joined = lines.find((line) => line.includes('event="participant_joined",outcome="taken"'));
  expect(Number(joined?.split(' ').at(-1))).toBeGreaterThanOrEqual(1);
});

describe('a part is killed', () => {
  it('Postgres: catalogue and sign-in wait, pictures go on', async (context) => {
    const needing = ['catalogue', 'sign-in', 'reserving'];
    const seen = await kill('postgres', needing.slice(0, 2), context);
    expectMissing(seen, 'database', [...needing, 'statistics']);
    expectPicturesWentOn();
    await expectSameReservations();
  });

  it('Valkey: reserving waits, pictures go on, reservations are kept', async (context) => {
    const needing = ['reserving', 'beating', 'statistics'];
    const seen = await kill('valkey', needing, context);
    expectMissing(seen, 'valkey', [...needing, 'sign-in']);
    expectPicturesWentOn();
    await expectSameReservations();
  });

  it('the api: pictures go on, and it takes up where it was', async (context) => {
    const needing = ['catalogue', 'sign-in', 'reserving', 'beating', 'statistics', 'health'];
    const seen = await kill('api', needing, context);
    for (const error of [...seen.errors.values()].flat()) {
      // Nobody answers; then one that does not see the media nodes yet.
      expect(error.code === 'NETWORK' || error.status === 503).toBe(true);
    }
    expectPicturesWentOn();
    await expectSameReservations();
    expect((await client.system.ready()).status).toBe('ready');
  });

  it('the media node: the api says so, rooms are made again, the viewer comes back', async (context) => {
    const began = performance.now();
    const seen = await kill('media-node-1', ['reserving'], context);
    expectMissing(seen, 'media_nodes', ['reserving']);
    const rejoin = async () => {
      const [again] = await Promise.all(cameras.map(reserve));
      await viewer.close();
      if (again) viewer = await WallViewer.join(again);
    };
    viewer.mark();
    await until(
      async () => {
        if (viewer.hasLeft) await rejoin();
        return cameras.every((id) => viewer.shown(id).frames > 25);
      },
      recoveryMs,
      'pictures after the node’s death',
    );
    await context.annotate(
      `pictures again ${Math.round(performance.now() - began)} ms after the blow, left: ${viewer.hasLeft}`,
    );
    await expectSameReservations();
    expect(cameras.map((id) => viewer.told(id).state)).toEqual(['live', 'live']);
    const { cameras: listed } = await client.cameras.list({ query: { q: 'Small' } });
    expect(listed.map(({ state, status }) => [state, status])).toEqual([
      ['live', 'ONLINE'],
      ['live', 'ONLINE'],
    ]);
  });

  it('nothing is left of it when the viewer has gone', async () => {
    await viewer.close();
    for (const { reservation_id } of reservations) await client.streams.release({ params: { id: reservation_id } });
    reservations = [];
    expect(await client.streams.stats()).toMatchObject({ active_streams: 0, total_viewers: 0, camera_stats: [] });
    const figures = ['cctv_viewers', 'cctv_edge_rooms', 'cctv_edge_tracks', 'cctv_edge_feeds'];
    await until(
      async () => {
        const lines = (await client.system.metrics()).split('\n');
        return figures.every((name) =>
          lines
            .filter((line) => line.startsWith(name) && /[ {]/.test(line[name.length] ?? ''))
            .every((line) => / 0$/.test(line)),
        );
      },
      20_000,
      'no viewer, room, track or feed',
    );
  });
});
