import type { CameraSpec } from '@marsad/contract';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { MemorySink, picture, videoTrack } from '../testing/pictures.ts';
import { Ingest } from './ingest.ts';
import type { SourceFactory, SourceListener } from './source/source.ts';

function setUp() {
  const clock = new VirtualClock();
  const open = new Map<string, SourceListener>();
  const opened: string[] = [];
  const connect = ({ url }: { url: string }): SourceFactory => ({
    open: (listener) => ({
      start: () => {
        opened.push(url);
        open.set(url, listener);
        listener.tracks([videoTrack]);
        listener.unit(picture(0, { key: true }));
      },
      close: () => open.delete(url),
    }),
    probe: async () => null,
  });
  const statuses: string[] = [];
  const ingest = new Ingest({
    connect,
    clock,
    log: pino({ level: 'silent' }),
    stream: { random: () => 0.5 },
    onStatus: ({ camera, profile }, { state }) => statuses.push(`${camera} ${profile} ${state}`),
  });
  return { clock, open, opened, ingest, statuses };
}

const camera = (id: string, options: Partial<CameraSpec> = {}): CameraSpec => ({
  id,
  main: { url: `${id}/main` },
  sub: null,
  mode: 'always',
  transport: 'auto',
  ...options,
});

describe('Ingest', () => {
  it('opens what is assigned, and closes what no longer is', async () => {
    const { clock, open, ingest, statuses } = setUp();
    expect(ingest.assign(1, [camera('a', { sub: { url: 'a/sub' } }), camera('b')])).toBe(true);
    await clock.advance(1000);
    expect([...open.keys()].sort()).toEqual(['a/main', 'a/sub', 'b/main']);
    expect(statuses).toContain('a sub live');
    ingest.assign(2, [camera('b')]);
    expect([...open.keys()]).toEqual(['b/main']);
    expect(statuses.at(-1)).toBe('a sub offline');
    expect([...ingest.streams()].length).toBe(1);
    ingest.close();
    expect(clock.pending).toBe(0);
  });

  it('touches only the stream whose address changed', async () => {
    const { clock, opened, ingest } = setUp();
    const sub = { url: 'a/sub' };
    ingest.assign(1, [camera('a', { sub }), camera('b')]);
    await clock.advance(1000);
    opened.length = 0;
    ingest.assign(2, [camera('a', { sub, main: { url: 'a/new' } }), camera('b')]);
    await clock.advance(1000);
    expect(opened).toEqual(['a/new']);
  });

  it('keeps the sinks of a camera whose address changed', async () => {
    const { clock, open, ingest } = setUp();
    ingest.assign(1, [camera('a')]);
    await clock.advance(1000);
    const sink = new MemorySink();
    ingest.subscribe({ camera: 'a', profile: 'main' }, sink);
    await clock.advance(0);
    ingest.assign(2, [camera('a', { main: { url: 'a/new' } })]);
    await clock.advance(1000);
    open.get('a/new')?.unit(picture(5, { key: true }));
    expect(sink.numbers).toEqual([0, 0, 5]);
    expect(sink.state).toBe('live');
  });

  it('ignores an assignment older than the last, and takes the same one again without harm', async () => {
    const { clock, opened, ingest } = setUp();
    ingest.assign(5, [camera('a')]);
    expect(ingest.assign(4, [])).toBe(false);
    expect(ingest.assign(5, [camera('a')])).toBe(true);
    await clock.advance(1000);
    expect(opened).toEqual(['a/main']);
  });

  it('tells a sink of an unassigned camera so, and shows it pictures once it is assigned', async () => {
    const { clock, ingest } = setUp();
    const sink = new MemorySink();
    ingest.subscribe({ camera: 'a', profile: 'main' }, sink);
    await clock.advance(0);
    expect(sink.reason).toBe('UNASSIGNED');
    ingest.assign(1, [camera('a', { mode: 'on-demand' })]);
    await clock.advance(1000);
    expect(sink.numbers).toEqual([0]);
    ingest.assign(2, []);
    expect(sink.reason).toBe('UNASSIGNED');
    ingest.assign(3, [camera('a')]);
    await clock.advance(1000);
    expect(sink.numbers).toEqual([0, 0]);
  });

  it('tells a sink of a profile that the camera does not have', async () => {
    const { clock, ingest } = setUp();
    ingest.assign(1, [camera('a')]);
    const sink = new MemorySink();
    const subscription = ingest.subscribe({ camera: 'a', profile: 'sub' }, sink);
    await clock.advance(0);
    expect(sink).toMatchObject({ state: 'unsupported', reason: 'STREAM_NOT_FOUND' });
    ingest.assign(2, [camera('a', { sub: { url: 'a/sub' } })]);
    await clock.advance(1000);
    expect(sink.state).toBe('live');
    ingest.assign(3, [camera('a')]);
    expect(sink).toMatchObject({ state: 'unsupported', reason: 'STREAM_NOT_FOUND' });
    subscription.close();
  });

  it('spreads the start of hundreds of cameras', async () => {
    const clock = new VirtualClock();
    const starts: number[] = [];
    const connect = (): SourceFactory => ({
      open: () => ({ start: () => starts.push(clock.monotonic()), close: () => {} }),
      probe: async () => null,
    });
    const ingest = new Ingest({ connect, clock, log: pino({ level: 'silent' }) });
    ingest.assign(
      1,
      Array.from({ length: 300 }, (_, i) => camera(`camera ${i}`)),
    );
    await clock.advance(5000);
    expect(starts.length).toBe(300);
    expect(starts.filter((at) => at < 120).length).toBeLessThan(60);
    ingest.close();
  });
});
