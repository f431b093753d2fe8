import { describe, expect, it, vi } from 'vitest';
import { MemorySink, picture, videoTrack } from '../../testing/pictures.ts';
import { Fanout } from './fanout.ts';

const status = {
  state: 'live',
  reason: null,
  detail: null,
  since: 0,
  last_picture_at: null,
  next_attempt_at: null,
} as const;

function live(): Fanout {
  const fanout = new Fanout({ status });
  fanout.tracks([videoTrack]);
  return fanout;
}

describe('Fanout', () => {
  it('starts a sink with status, tracks and the current GOP, never before attach returned', async () => {
    const fanout = live();
    for (let i = 0; i < 5; i++) fanout.push(picture(i, { key: i % 3 === 0 }));
    const sink = new MemorySink();
    fanout.attach(sink);
    expect(sink.statuses).toEqual([]);
    await Promise.resolve();
    expect(sink.state).toBe('live');
    expect(sink.trackSets).toEqual([[videoTrack]]);
    expect(sink.numbers).toEqual([3, 4]);
    expect(sink.replayed).toBe(2);
    fanout.push(picture(5));
    expect(sink.numbers).toEqual([3, 4, 5]);
    expect(sink.replayed).toBe(2);
  });

  it('shares units by reference', async () => {
    const fanout = live();
    const sinks = [new MemorySink(), new MemorySink()];
    for (const sink of sinks) fanout.attach(sink);
    await Promise.resolve();
    const unit = picture(0, { key: true });
    fanout.push(unit);
    for (const sink of sinks) expect(sink.units[0]).toBe(unit);
  });

  it('gives a slow sink nothing before the next key picture, counts what it misses, and spares the others', async () => {
    const fanout = live();
    const slow = new MemorySink();
    const quick = new MemorySink();
    fanout.attach(slow);
    fanout.attach(quick);
    await Promise.resolve();
    fanout.push(picture(0, { key: true }));
    slow.full = true;
    fanout.push(picture(1));
    slow.full = false;
    fanout.push(picture(2));
    fanout.push(picture(3));
    expect(fanout.dropped).toBe(3);
    fanout.push(picture(4, { key: true }));
    fanout.push(picture(5));
    expect(slow.numbers).toEqual([0, 4, 5]);
    expect(quick.numbers).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('does not count pictures before the first key picture as dropped', async () => {
    const fanout = live();
    const sink = new MemorySink();
    fanout.attach(sink);
    await Promise.resolve();
    fanout.push(picture(1));
    fanout.push(picture(2, { key: true }));
    expect(sink.numbers).toEqual([2]);
    expect(fanout.dropped).toBe(0);
  });

  it('starts over at a key picture after new tracks', async () => {
    const fanout = live();
    const sink = new MemorySink();
    fanout.attach(sink);
    await Promise.resolve();
    fanout.push(picture(0, { key: true }));
    fanout.tracks([{ ...videoTrack, width: 640, height: 360 }]);
    fanout.push(picture(1));
    fanout.push(picture(2, { key: true }));
    expect(sink.numbers).toEqual([0, 2]);
    expect(sink.trackSets.length).toBe(2);
    expect(fanout.gop.pictures).toBe(1);
  });

  it('detaches a sink that throws, and only that', async () => {
    const onSinkFailed = vi.fn();
    const fanout = new Fanout({ status, onSinkFailed });
    fanout.tracks([videoTrack]);
    const bad = new MemorySink();
    bad.unit = () => {
      throw new Error('broken');
    };
    const good = new MemorySink();
    fanout.attach(bad);
    fanout.attach(good);
    await Promise.resolve();
    fanout.push(picture(0, { key: true }));
    fanout.push(picture(1));
    expect(good.numbers).toEqual([0, 1]);
    expect(onSinkFailed).toHaveBeenCalledTimes(1);
    expect(fanout.sinks).toBe(1);
  });

  it('calls nothing after close, also when a sink closes itself inside a call', async () => {
    const fanout = live();
    fanout.push(picture(0, { key: true }));
    fanout.push(picture(1));
    const sink = new MemorySink();
    let seen = 0;
    const subscription = fanout.attach(sink);
    sink.unit = () => {
      seen++;
      subscription.close();
      return true;
    };
    await Promise.resolve();
    fanout.push(picture(2));
    expect(seen).toBe(1);
    subscription.close();
    const early = new MemorySink();
    fanout.attach(early).close();
    await Promise.resolve();
    expect(early.statuses).toEqual([]);
    expect(fanout.sinks).toBe(0);
  });
});
