import type { Camera, StreamStats } from '@marsad/contract';
import { describe, expect, it } from 'vitest';
import { needsCatalogue, usersOf, withLimits, withStates } from './cache-updates.ts';
import type { Batch } from './event-batch.ts';

const camera = (id: string, width: number | null = 1280) =>
  ({ id, name: id, status: 'ONLINE', state: 'live', width }) as unknown as Camera;
const states = (...events: { id: string; state: string }[]): Batch['cameras'] =>
  new Map(
    events.map(({ id, state }) => [
      id,
      {
        camera_id: id,
        source: 'BUS' as const,
        status: 'OFFLINE' as const,
        state: state as 'offline',
        state_reason: null,
        state_detail: null,
        state_since: '2026-01-01T00:00:00Z',
        last_picture_at: null,
      },
    ]),
  );
const stats = (numbers: Partial<StreamStats> = {}): StreamStats => ({
  active_streams: 1,
  total_viewers: 2,
  source_stats: { BUS: { source: 'BUS', current: 1, limit: 20, usage_percent: 5, active_cameras: 1 } },
  camera_stats: [],
  timestamp: '',
  ...numbers,
});

describe('states in the list of cameras', () => {
  it('change those cameras, and keep the others as the objects they were', () => {
    const before = [camera('a'), camera('b')];
    const after = withStates(before, states({ id: 'b', state: 'offline' }));
    expect(after[0]).toBe(before[0]);
    expect(after[1]).toMatchObject({ id: 'b', name: 'b', width: 1280, status: 'OFFLINE', state: 'offline' });
    expect(before[1]?.status).toBe('ONLINE');
  });

  it('leave the very same list when they are of no camera in it', () => {
    const before = [camera('a')];
    expect(withStates(before, states({ id: 'x', state: 'offline' }))).toBe(before);
  });

  it('make the catalogue be asked for a camera that is new, and for the size of a first picture', () => {
    expect(needsCatalogue([camera('a')], states())).toBe(false);
    expect(needsCatalogue([camera('a')], states({ id: 'a', state: 'live' }))).toBe(false);
    expect(needsCatalogue([camera('a')], states({ id: 'b', state: 'offline' }))).toBe(true);
    expect(needsCatalogue([camera('a', null)], states({ id: 'a', state: 'live' }))).toBe(true);
    expect(needsCatalogue([camera('a', null)], states({ id: 'a', state: 'offline' }))).toBe(false);
  });
});

describe('limits in the statistics', () => {
  it('change the agencies one may see, and their share', () => {
    const after = withLimits(
      stats(),
      new Map([
        ['BUS', { source: 'BUS', current: 15, limit: 20 }],
        ['METRO', { source: 'METRO', current: 1, limit: 30 }],
      ]),
    );
    expect(after.source_stats).toEqual({
      BUS: { source: 'BUS', current: 15, limit: 20, usage_percent: 75, active_cameras: 1 },
    });
  });

  it('know that a limit of nothing is full', () => {
    const after = withLimits(stats(), new Map([['BUS', { source: 'BUS', current: 0, limit: 0 }]]));
    expect(after.source_stats.BUS?.usage_percent).toBe(100);
  });
});

describe('who watches', () => {
  it('is the same text until somebody comes or goes', () => {
    const watched = (camera_id: string, viewer_count: number) => ({
      camera_id,
      viewer_count,
      camera_name: camera_id,
      source: 'BUS' as const,
      active_since: '',
    });
    const [one, other] = [watched('a', 1), watched('b', 2)];
    expect(usersOf(stats({ camera_stats: [one, other] }))).toBe(usersOf(stats({ camera_stats: [other, one] })));
    expect(usersOf(stats({ camera_stats: [one] }))).not.toBe(usersOf(stats({ camera_stats: [watched('a', 2)] })));
    expect(usersOf(stats())).not.toBe(usersOf(stats({ total_viewers: 3 })));
  });
});
