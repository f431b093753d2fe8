import type { HubEvent } from '@marsad/contract';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Batch, EventBatch } from './event-batch.ts';

let delivered: Batch[];
let scheduled: (() => void)[];
let cancelled: number;
let batch: EventBatch;

beforeEach(() => {
  [delivered, scheduled, cancelled] = [[], [], 0];
  batch = new EventBatch({
    deliver: (one) => delivered.push(one),
    schedule: (run) => {
      scheduled.push(run);
      return () => {
        cancelled += 1;
      };
    },
  });
});
const flush = () => {
  for (const run of scheduled.splice(0)) run();
};
const add = (type: HubEvent['type'], data: object) => batch.add(JSON.stringify({ type, data, timestamp: '' }));

describe('a batch of events', () => {
  it('is delivered once, with the newest state of each thing', () => {
    for (let i = 0; i < 10_000; i += 1) add('CAMERA_STATUS', { camera_id: `c${i % 500}`, state: i });
    add('AGENCY_LIMIT_UPDATE', { source: 'BUS', current: 1, limit: 20 });
    add('AGENCY_LIMIT_UPDATE', { source: 'BUS', current: 2, limit: 20 });
    expect([scheduled.length, delivered.length]).toEqual([1, 0]);
    flush();
    expect(delivered).toHaveLength(1);
    expect(delivered[0]?.cameras.size).toBe(500);
    expect(delivered[0]?.cameras.get('c7')).toMatchObject({ state: 9507 });
    expect([...(delivered[0]?.limits ?? [])]).toEqual([['BUS', { source: 'BUS', current: 2, limit: 20 }]]);
    expect(delivered[0]?.stats).toBeNull();
  });

  it('begins anew after it was delivered', () => {
    add('CAMERA_STATUS', { camera_id: 'a' });
    flush();
    add('CAMERA_STATUS', { camera_id: 'b' });
    flush();
    expect(delivered.map(({ cameras }) => [...cameras.keys()])).toEqual([['a'], ['b']]);
  });

  it('lets statistics replace the numbers before them, and not those after', () => {
    add('AGENCY_LIMIT_UPDATE', { source: 'BUS', current: 1, limit: 20 });
    add('STREAM_STATS', { total_viewers: 3 });
    add('AGENCY_LIMIT_UPDATE', { source: 'METRO', current: 4, limit: 30 });
    flush();
    expect(delivered[0]?.stats).toEqual({ total_viewers: 3 });
    expect([...(delivered[0]?.limits.keys() ?? [])]).toEqual(['METRO']);
  });

  it('keeps a bounded number of alerts', () => {
    for (let i = 0; i < 1_000; i += 1) add('ALERT', { type: 'X', message: i });
    flush();
    expect(delivered[0]?.alerts).toHaveLength(50);
  });

  it.each(['', 'null', '7', '{"type":"ALERT"}', '{"type":"ALERT","data":null}', '{"type":"NEWER","data":{}}', '{'])(
    'leaves out %j',
    (text) => {
      batch.add(text);
      expect(scheduled).toEqual([]);
    },
  );

  it('is dropped when cleared', () => {
    add('ALERT', { type: 'X' });
    batch.clear();
    batch.clear();
    expect(cancelled).toBe(1);
    add('CAMERA_STATUS', { camera_id: 'a' });
    scheduled.shift();
    flush();
    expect(delivered.map(({ alerts }) => alerts)).toEqual([[]]);
  });
});
