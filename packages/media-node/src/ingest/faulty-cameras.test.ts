import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Farm, FaultInput } from '../../../../apps/simulator/src/index.ts';
import { startFarm } from '../../../../apps/simulator/src/index.ts';
import { MemorySink } from '../testing/pictures.ts';
import { Ingest } from './ingest.ts';
import { RtspPullFactory } from './source/rtsp-pull-source.ts';

const cache = fileURLToPath(new URL('../../../../.cache/loops', import.meta.url));
let farm: Farm;
let ingest: Ingest;
let next = 0;
let generation = 0;

beforeAll(async () => {
  farm = await startFarm({ port: 0, cameras: 40, scene: 'junction', cache });
  const log = pino({ level: 'silent' });
  const connect = (address: { url: string; transport: 'auto' | 'tcp' | 'udp' }) =>
    new RtspPullFactory({ ...address, verifyCertificate: false, timeoutMs: 3000 });
  // Quicker than in life, so that recovery is seen within seconds.
  const stream = { backoff: { delays: [200, 400, 800], openMs: 1500 }, frozenMs: 1000, stallMs: 3000 };
  ingest = new Ingest({ connect, log, stream });
}, 120_000);

afterAll(async () => {
  ingest?.close();
  await farm?.close();
});

const assigned: { id: string; transport: 'tcp' | 'udp' }[] = [];

/** A camera of its own for each test, seen by a sink. */
async function watch(transport: 'tcp' | 'udp' = 'tcp', fault?: FaultInput) {
  const id = `cam-${String(++next).padStart(4, '0')}`;
  if (fault) await farm.setFault(id, fault);
  assigned.push({ id, transport });
  ingest.assign(
    ++generation,
    assigned.map((one) => ({
      id: one.id,
      main: { url: `rtsp://127.0.0.1:${farm.port}/${one.id}/sub` },
      sub: null,
      mode: 'always',
      transport: one.transport,
    })),
  );
  const sink = new MemorySink();
  ingest.subscribe({ camera: id, profile: 'main' }, sink);
  return { id, sink };
}

const until = (check: () => void) => vi.waitFor(check, { timeout: 12_000, interval: 50 });
const live = (sink: MemorySink) => until(() => expect(sink.state).toBe('live'));
const video = (sink: MemorySink) => sink.units.filter(({ kind }) => kind === 'video');

async function goesOn(sink: MemorySink): Promise<void> {
  const before = video(sink).length;
  await until(() => expect(video(sink).length).toBeGreaterThan(before + 20));
}

/** Times rise, and never leap: players would stall or rush. */
function expectSteady(sink: MemorySink, from = 0): void {
  const units = video(sink).slice(from);
  for (const [i, unit] of units.entries()) {
    const before = units[i - 1];
    if (!before) continue;
    expect(unit.dts).toBeGreaterThan(before.dts);
    expect(unit.dts - before.dts).toBeLessThan(90_000 * 4);
  }
}

// Beside each other: they mostly wait, each for its own camera.
describe.concurrent('cameras broken on purpose', () => {
  it.each([
    ['h265', 'unsupported', 'CODEC_UNSUPPORTED', 'H.265'],
    ['wrong-password', 'unauthorized', 'AUTH_FAILED', 'DESCRIBE: 401 Unauthorized'],
    ['not-found', 'offline', 'STREAM_NOT_FOUND', 'DESCRIBE: 404 Not Found'],
    ['huge-header', 'offline', 'PROTOCOL_ERROR', 'RTSP_HEADER_TOO_LARGE'],
  ] as const)('%s: %s, and live once it is mended', async (kind, state, reason, detail) => {
    const { id, sink } = await watch('tcp', { kind });
    await until(() => expect(sink.statuses.at(-1)).toMatchObject({ state, reason, detail }));
    expect(sink.statuses.at(-1)?.next_attempt_at).toBeTypeOf('number');
    farm.clearFault(id);
    await live(sink);
  });

  it('unplugged in the middle of a picture: offline at once, live again by itself', async () => {
    const { id, sink } = await watch();
    await live(sink);
    await farm.setFault(id, { kind: 'unplug', seconds: 2 });
    await until(() => expect(sink.state).toBe('offline'));
    expect(sink.reason).toMatch(/CONNECTION_LOST|CONNECTION_REFUSED/);
    expect(sink.statuses.at(-1)?.last_picture_at).toBeGreaterThan(Date.now() - 10_000);
    await live(sink);
    await goesOn(sink);
  });

  it('stalled: frozen, then offline, live again once it sends', async () => {
    const { id, sink } = await watch();
    await live(sink);
    await farm.setFault(id, { kind: 'stall' });
    await until(() => expect(sink).toMatchObject({ state: 'frozen', reason: 'NO_PICTURE' }));
    await until(() => expect(sink).toMatchObject({ state: 'offline', reason: 'NO_PICTURE' }));
    farm.clearFault(id);
    await live(sink);
  });

  it.each(['stream', 'rtp', 'nal'] as const)('garbage (%s): never a picture without its references', async (form) => {
    const { id, sink } = await watch();
    await live(sink);
    await farm.setFault(id, { kind: 'garbage', form, share: 0.03 });
    await goesOn(sink);
    farm.clearFault(id);
    await live(sink);
    await goesOn(sink);
  });

  it('another size: new tracks precede its first key picture', async () => {
    const { id, sink } = await watch();
    await live(sink);
    const sizes = () => sink.trackSets.map(([track]) => (track?.kind === 'video' ? track.width : 0));
    await farm.setFault(id, { kind: 'resolution' });
    await until(() => expect(sizes()).toEqual([640, 1280]));
    await goesOn(sink);
    const wide = sink.trackSets.at(-1)?.[0];
    const key = video(sink).findIndex((unit) => wide?.kind === 'video' && unit.parameterSets === wide.parameterSets);
    expect(video(sink)[key]?.key).toBe(true);
  });

  it.each([
    { kind: 'clock-jump', everySeconds: 1 },
    { kind: 'sequence-restart', everySeconds: 5 },
  ] as const)('$kind: goes on, with times that rise', async (fault) => {
    const { id, sink } = await watch();
    await live(sink);
    await farm.setFault(id, fault);
    await goesOn(sink);
    await goesOn(sink);
    expectSteady(sink);
    expect(sink.state).toBe('live');
  });

  it('B-frames: said in the track', async () => {
    const { id, sink } = await watch();
    await live(sink);
    await farm.setFault(id, { kind: 'b-frames' });
    await until(() => expect(sink.trackSets.at(-1)?.[0]).toMatchObject({ reorders: true }));
    const from = video(sink).length;
    await goesOn(sink);
    expect(
      video(sink)
        .slice(from)
        .some(({ disposable }) => disposable),
    ).toBe(true);
  });

  it('5 % of the packets lost over UDP: whole groups or nothing', async () => {
    const { id, sink } = await watch('udp');
    await live(sink);
    await farm.setFault(id, { kind: 'loss', percent: 5 });
    const of = () => [...ingest.streams()].find(({ key }) => key.camera === id)?.stream.counters;
    await until(() => expect(of()?.picturesLost).toBeGreaterThan(5));
    farm.clearFault(id);
    await goesOn(sink);
  });

  it.each(['no-marker', 'params-in-band-only', 'params-in-sdp-only', 'wrong-content-base', 'redirect'] as const)(
    '%s: makes no difference',
    async (kind) => {
      const { sink } = await watch('tcp', { kind });
      await live(sink);
      await goesOn(sink);
      expectSteady(sink);
    },
  );
});
