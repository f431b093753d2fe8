import { ApiError, describeError, type ErrorCode, errorCodes, type Reservation } from '@marsad/contract';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const beats: string[] = [];
let answer: ErrorCode | null = null;
vi.mock('../../api/client.ts', () => ({
  api: {
    streams: {
      heartbeat: async ({ params }: { params: { id: string } }) => {
        beats.push(params.id);
        if (answer === null) return { status: 'ok' };
        throw new ApiError(errorCodes[answer].status, answer, describeError(answer, {}).error, null);
      },
    },
  },
}));
const { beatEvery, Heartbeats } = await import('./heartbeats.ts');
const { Feed } = await import('./feed.ts');

const feed = (id: string) => {
  const made = new Feed('camera', {} as HTMLVideoElement);
  made.reserved({ reservation_id: id } as Reservation, performance.now() + beatEvery);
  return made;
};
let heartbeats: InstanceType<typeof Heartbeats>;
let feeds: InstanceType<typeof Feed>[];
let lapsed: unknown[];

beforeEach(() => {
  vi.useFakeTimers();
  beats.length = 0;
  [answer, lapsed] = [null, []];
  feeds = [feed('a'), feed('b')];
  heartbeats = new Heartbeats({ feeds: () => feeds, onLapsed: (one) => lapsed.push(one) });
});
afterEach(() => {
  heartbeats.close();
  vi.useRealTimers();
});

describe('heartbeats', () => {
  it('come every ten seconds for each that is held, and stop when closed', async () => {
    heartbeats.start();
    heartbeats.start();
    await vi.advanceTimersByTimeAsync(9_000);
    expect(beats).toEqual([]);
    await vi.advanceTimersByTimeAsync(21_500);
    expect(beats.filter((id) => id === 'a').length).toBeGreaterThanOrEqual(2);
    expect(beats.filter((id) => id === 'a').length).toBeLessThanOrEqual(3);
    expect(beats.filter((id) => id === 'b').length).toBe(beats.length / 2);
    const before = beats.length;
    heartbeats.close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(beats).toHaveLength(before);
  });

  it('end a feed whose reservation somebody has ended', async () => {
    heartbeats.start();
    answer = 'RESERVATION_NOT_FOUND';
    await vi.advanceTimersByTimeAsync(11_500);
    expect(feeds.map((each) => each.condition().kind)).toEqual(['ended', 'ended']);
    expect(lapsed).toEqual([]);
    const before = beats.length;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(beats).toHaveLength(before);
  });

  it('say that it ran out when nobody could beat for so long', async () => {
    const [one] = feeds;
    if (!one) throw new Error('no feed');
    answer = 'SERVICE_UNAVAILABLE';
    expect(await heartbeats.beat(one)).toBe('unknown');
    await vi.advanceTimersByTimeAsync(41_000);
    answer = 'RESERVATION_NOT_FOUND';
    expect(await heartbeats.beat(one)).toBe('over');
    expect(lapsed).toEqual([one]);
    expect(one.condition().kind).not.toBe('ended');
  });

  it('change nothing while the server is away', async () => {
    const [one] = feeds;
    answer = 'SERVICE_UNAVAILABLE';
    expect(one && (await heartbeats.beat(one))).toBe('unknown');
    expect([one?.condition().kind, one?.reservation?.reservation_id]).toEqual(['connecting', 'a']);
  });

  it('leave a feed alone that has got another reservation meanwhile', async () => {
    const [one] = feeds;
    if (!one) throw new Error('no feed');
    answer = 'RESERVATION_NOT_FOUND';
    const beating = heartbeats.beat(one);
    one.reserved({ reservation_id: 'newer' } as Reservation, 0);
    expect(await beating).toBe('over');
    expect(one.reservation?.reservation_id).toBe('newer');
    expect(one.condition().kind).toBe('connecting');
  });
});
