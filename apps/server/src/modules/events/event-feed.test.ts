import { EventEmitter } from 'node:events';
import { type HubEvent, type Source, sources } from '@marsad/contract';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CameraLive } from '../../media-plane/camera-live.ts';
import { silent } from '../../testing/test-api.ts';
import type { SourceUse } from '../streams/stream-answers.ts';
import { withLimits } from '../streams/stream-stats.ts';
import { EventFeed } from './event-feed.ts';
import type { EventHub } from './events.hub.ts';

/** The hub as the feed sees it: one listener who may see everything. */
class Ear {
  isHeard = true;
  readonly heard: HubEvent[] = [];

  *listeners() {
    yield { sources, send: (text: string) => this.heard.push(JSON.parse(text) as HubEvent) };
  }

  broadcast(event: HubEvent, _source: Source | null): void {
    this.heard.push(event);
  }

  of<T extends HubEvent['type']>(type: T) {
    return this.heard.filter((event): event is Extract<HubEvent, { type: T }> => event.type === type);
  }
}

let ear: Ear;
let feed: EventFeed;
let mediaPlane: EventEmitter;
let changed: () => void;
let uses: SourceUse[];
let looks: number;

beforeEach(() => {
  vi.useFakeTimers();
  [ear, mediaPlane, looks] = [new Ear(), new EventEmitter(), 0];
  uses = sources.map((source) => ({ source, current: 0, limit: 10, reservations: 0, cameras: [] }));
  feed = new EventFeed({
    hub: ear as unknown as EventHub,
    streams: {
      async snapshot() {
        looks += 1;
        return { uses: withLimits(uses), names: new Map(), timestamp: new Date(Date.now()).toISOString() };
      },
    },
    cameras: {
      briefs: async (ids: readonly string[]) =>
        new Map(ids.map((id) => [id, { id, name: id, name_ar: id, source: 'BUS' as const, removed: false }])),
    },
    mediaPlane: mediaPlane as never,
    changes: {
      listen: (listener) => {
        changed = listener;
      },
    },
    log: silent,
    now: Date.now,
  });
  feed.start();
});
afterEach(() => {
  feed.close();
  vi.useRealTimers();
});

const use = (source: Source, current: number, limit: number | null = 10) => {
  uses = uses.map((each) => (each.source === source ? { ...each, current, limit } : each));
};
const state = (picture: number): CameraLive => ({
  status: 'ONLINE',
  stream: { state: 'live', reason: null, detail: null, since: 0, last_picture_at: picture, next_attempt_at: null },
  width: 1,
  height: 1,
  frameRate: 25,
});

describe('the feed of events', () => {
  it('tells a storm of changes at most four times a second', async () => {
    for (let i = 0; i < 10_000; i += 1) {
      changed();
      if (i % 10 === 0) await vi.advanceTimersByTimeAsync(1);
    }
    expect(looks).toBeGreaterThanOrEqual(3);
    expect(looks).toBeLessThanOrEqual(4);
    expect(ear.of('STREAM_STATS')).toHaveLength(looks);
  });

  it('tells each camera once in a storm, as it is then', async () => {
    for (let picture = 1; picture <= 100; picture += 1) {
      for (let camera = 0; camera < 500; camera += 1) mediaPlane.emit('camera', `c${camera}`, state(picture));
    }
    await vi.advanceTimersByTimeAsync(60);
    const told = ear.of('CAMERA_STATUS');
    expect(told).toHaveLength(500);
    expect(new Set(told.map(({ data }) => data.last_picture_at))).toEqual(new Set([new Date(100).toISOString()]));
  });

  it('tells the newest state of an agency, and alerts only upwards', async () => {
    await vi.advanceTimersByTimeAsync(5_000);
    ear.heard.length = 0;
    const alerts = async (current: number, limit = 10) => {
      use('BUS', current, limit);
      changed();
      await vi.advanceTimersByTimeAsync(300);
      return ear
        .of('ALERT')
        .splice(0)
        .map(({ data }) => `${data.type} ${data.severity}`);
    };
    expect(await alerts(9)).toEqual([]);
    expect(await alerts(10)).toEqual(['AGENCY_LIMIT_REACHED critical']);
    ear.heard.length = 0;
    expect(await alerts(9)).toEqual([]);
    expect(await alerts(19, 20)).toEqual(['AGENCY_LIMIT_NEAR warning']);
    const [alert] = ear.of('ALERT');
    expect(alert?.data.message_en).toContain('19/20');
    expect(alert?.data.message_ar).toMatch(/\p{Script=Arabic}{3}.*19\/20/u);
    expect(ear.of('AGENCY_LIMIT_UPDATE').at(-1)?.data).toEqual({ source: 'BUS', current: 19, limit: 20 });
  });

  it('says nothing of limits that Valkey has forgotten, and nothing when they are known again', async () => {
    await vi.advanceTimersByTimeAsync(5_000);
    ear.heard.length = 0;
    use('BUS', 0, null);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(ear.heard).toEqual([]);
    use('BUS', 0, 10);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(ear.heard.map(({ type }) => type)).toEqual(['STREAM_STATS']);
  });

  it('looks at nothing while nobody listens', async () => {
    ear.isHeard = false;
    for (let i = 0; i < 10; i += 1) {
      changed();
      mediaPlane.emit('camera', 'c', state(1));
      await vi.advanceTimersByTimeAsync(5_000);
    }
    expect([looks, ear.heard.length]).toEqual([0, 0]);
  });

  it('tells of a node that is lost and that is back', () => {
    mediaPlane.emit('node', 'north', false);
    mediaPlane.emit('node', 'north', true);
    expect(ear.of('ALERT').map(({ data }) => [data.type, data.severity, data.source])).toEqual([
      ['MEDIA_NODE_LOST', 'critical', null],
      ['MEDIA_NODE_BACK', 'info', null],
    ]);
  });

  it('is silent once closed', async () => {
    changed();
    feed.close();
    mediaPlane.emit('node', 'north', false);
    changed();
    await vi.advanceTimersByTimeAsync(10_000);
    expect([looks, ear.heard.length]).toEqual([0, 0]);
  });
});
