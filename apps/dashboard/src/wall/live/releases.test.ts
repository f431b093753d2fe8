import { ApiError } from '@marsad/contract';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Releases } from './releases.ts';

const answer = (status: number) =>
  new ApiError(status, 'NETWORK', { code: 'INTERNAL_ERROR', message_en: '', message_ar: '' }, null);

const r1 = { reservation_id: 'r1', camera_id: 'c1' };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a release', () => {
  it('is asked for until the server has heard it', async () => {
    const release = vi.fn().mockRejectedValueOnce(answer(0)).mockRejectedValueOnce(answer(503)).mockResolvedValue({});
    const releases = new Releases({ release, isWanted: () => false });
    const done = releases.release(r1);
    await vi.advanceTimersByTimeAsync(0);
    expect([...releases.pending]).toEqual(['r1']);
    await vi.advanceTimersByTimeAsync(4000);
    await done;
    expect(release).toHaveBeenCalledTimes(3);
    expect([...releases.pending]).toEqual([]);
  });

  it('is over when there is nothing to give back', async () => {
    const release = vi.fn().mockRejectedValue(answer(404));
    await new Releases({ release, isWanted: () => false }).release(r1);
    expect(release).toHaveBeenCalledTimes(1);
  });

  it('is forgotten when the camera was put back', async () => {
    let wanted = false;
    const release = vi.fn().mockRejectedValue(answer(0));
    const done = new Releases({ release, isWanted: () => wanted }).release(r1);
    await vi.advanceTimersByTimeAsync(0);
    wanted = true;
    await vi.advanceTimersByTimeAsync(2000);
    await done;
    expect(release).toHaveBeenCalledTimes(1);
  });

  it('that is on its way is waited for', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const releases = new Releases({ release: () => promise, isWanted: () => false });
    void releases.release(r1);
    const idle = vi.fn();
    void releases.idle('c1').then(idle);
    await releases.idle('c2');
    expect(idle).not.toHaveBeenCalled();
    resolve();
    await vi.advanceTimersByTimeAsync(0);
    expect(idle).toHaveBeenCalled();
    await releases.idle('c1');
  });
});
