import { pino } from 'pino';
import { describe, expect, it, vi } from 'vitest';
import { VirtualClock } from '../../clock/virtual-clock.ts';
import { MemorySink, picture, videoTrack } from '../../testing/pictures.ts';
import { Ingest } from '../ingest.ts';

const key = { camera: 'a', profile: 'main' } as const;
const pushed = { id: 'a', main: { push: true }, sub: null, mode: 'always', transport: 'auto' } as const;

function setUp() {
  const clock = new VirtualClock();
  const published: (number | null)[] = [];
  const ingest = new Ingest({
    connect: ({ url }) => {
      throw new Error(`nothing is to be pulled: ${url}`);
    },
    clock,
    log: pino({ level: 'silent' }),
    onPublished: (_, now) => published.push(now?.at ?? null),
  });
  const sink = new MemorySink();
  return { clock, ingest, published, sink };
}

describe('a stream that is pushed', () => {
  it('waits for its publisher, and shows him at once to those who waited before', async () => {
    const { clock, ingest, published, sink } = setUp();
    ingest.assign(1, [pushed]);
    ingest.subscribe(key, sink);
    await clock.advance(60_000);
    expect(sink).toMatchObject({ state: 'offline', reason: 'NOT_PUBLISHED' });
    const publication = ingest.publish(key, { end: () => {} });
    expect(published).toEqual([clock.now()]);
    expect(ingest.isPublished('a')).toBe(true);
    publication?.unit(picture(0, { key: true }));
    expect(sink.units).toEqual([]);
    publication?.tracks([videoTrack]);
    publication?.unit(picture(1, { key: true }));
    expect(sink.state).toBe('live');
    expect(sink.numbers).toEqual([1]);
    publication?.count({ bytes: 10, packets: 2, packetsLost: 1 });
    const [stream] = ingest.streams();
    expect(stream?.stream.counters).toMatchObject({ bytes: 10, packets: 2, packetsLost: 1, pictures: 1 });
  });

  it('freezes, lives again, and keeps its last picture when the publisher goes and comes back', async () => {
    const { clock, ingest, published, sink } = setUp();
    ingest.assign(1, [pushed]);
    ingest.subscribe(key, sink);
    const first = ingest.publish(key, { end: () => {} });
    first?.tracks([videoTrack]);
    first?.unit(picture(0, { key: true }));
    await clock.advance(2600);
    expect(sink).toMatchObject({ state: 'frozen', reason: 'NO_PICTURE' });
    first?.unit(picture(1));
    expect(sink.state).toBe('live');
    first?.close('CONNECTION_LOST', 'reset');
    first?.close('STREAM_ENDED', null);
    first?.unit(picture(2, { key: true }));
    expect(sink.statuses.at(-1)).toMatchObject({
      state: 'offline',
      reason: 'NOT_PUBLISHED',
      detail: 'reset',
      last_picture_at: picture(1).arrival,
    });
    expect(clock.pending).toBe(0);
    const second = ingest.publish(key, { end: () => {} });
    second?.tracks([videoTrack]);
    second?.unit(picture(7, { key: true }));
    expect(sink.numbers).toEqual([0, 1, 7]);
    expect(sink.state).toBe('live');
    expect(published.map((at) => at === null)).toEqual([false, true, false]);
  });

  it('has one publisher: the second is refused, and may come when the first was ended', () => {
    const { ingest } = setUp();
    const end = vi.fn();
    expect(ingest.publish(key, { end })).not.toBeNull();
    expect(ingest.publish(key, { end: () => {} })).toBeNull();
    expect(ingest.unpublish(key, 'another key')).toBe(true);
    expect(end).toHaveBeenCalledExactlyOnceWith('another key');
    expect(ingest.unpublish(key, 'twice')).toBe(false);
    expect(ingest.publish(key, { end: () => {} })).not.toBeNull();
  });

  it('is owned where its publisher is, assigned or not', async () => {
    const { clock, ingest, sink } = setUp();
    const low = new MemorySink();
    ingest.subscribe(key, sink);
    ingest.subscribe({ camera: 'a', profile: 'sub' }, low);
    await clock.advance(0);
    expect(sink.reason).toBe('UNASSIGNED');
    expect(ingest.owns('a')).toBe(false);
    const end = vi.fn();
    const publication = ingest.publish(key, { end });
    expect(low.reason).toBe('STREAM_NOT_FOUND');
    publication?.tracks([videoTrack]);
    publication?.unit(picture(0, { key: true }));
    // An assignment made before anybody knew of the publisher does not end him, nor does the camera's leaving.
    ingest.assign(1, []);
    ingest.assign(2, [pushed]);
    ingest.assign(3, []);
    expect(end).not.toHaveBeenCalled();
    expect(ingest.owns('a')).toBe(true);
    expect(sink).toMatchObject({ state: 'live', numbers: [0] });
    publication?.close('STREAM_ENDED', null);
    expect(ingest.owns('a')).toBe(false);
    expect(sink.reason).toBe('NOT_PUBLISHED');
    expect([...ingest.streams()]).toEqual([]);
  });

  it('ends its publisher when the node closes, and lets nobody in afterwards', () => {
    const { ingest } = setUp();
    const end = vi.fn();
    ingest.publish(key, { end });
    ingest.close();
    expect(end).toHaveBeenCalledTimes(1);
    expect(ingest.publish(key, { end })).toBeNull();
  });

  it('does not take a camera that is pulled', async () => {
    const clock = new VirtualClock();
    const ingest = new Ingest({
      connect: () => ({ open: () => ({ start: () => {}, close: () => {} }), probe: async () => null }),
      clock,
      log: pino({ level: 'silent' }),
    });
    ingest.assign(1, [{ ...pushed, main: { url: 'rtsp://a' } }]);
    expect(ingest.publish(key, { end: () => {} })).toBeNull();
    ingest.assign(2, [pushed]);
    const end = vi.fn();
    expect(ingest.publish(key, { end })).not.toBeNull();
    ingest.assign(3, [{ ...pushed, main: { url: 'rtsp://a' } }]);
    expect(end).toHaveBeenCalledTimes(1);
  });
});
