import { expect, it, vi } from 'vitest';
import { silent } from '../../testing/test-api.ts';
import type { WatchedRoom } from '../live/live.service.ts';
import { ViewerWatch } from './viewer-watch.ts';

function setUp({ connected = true } = {}) {
  const edges = { silent: ['edge-1'], connected };
  const order: string[] = [];
  const room: WatchedRoom = { room: 'wall_1', edge: 'edge-1', watched: [] };
  const watch = new ViewerWatch({
    repository: { observe: async () => [], isLost: async () => true },
    rooms: { sync: async () => {} },
    live: {
      watching: async () => {
        order.push(edges.silent.length > 0 ? 'silent' : 'answered');
        return { rooms: edges.silent.length > 0 ? [] : [room], silent: edges.silent };
      },
      rememberWhere: async () => {},
      endStrays: async () => {},
    },
    cameras: { briefs: async () => new Map() },
    limits: { apply: async () => void order.push('limits') },
    mediaPlane: {
      hasEdges: true,
      get edgesConnected() {
        return edges.connected;
      },
    },
    valkey: {} as never,
    log: silent,
    onChange: () => {},
    interval: 60_000,
  });
  watch.start();
  return { watch, edges, order };
}

it('gives no places before an edge that is there, and silent, has said who watches', async () => {
  const { watch, edges, order } = setUp();
  const refreshed = watch.refresh();
  await vi.waitFor(() => expect(order.length).toBeGreaterThan(2));
  expect(new Set(order)).toEqual(new Set(['silent']));
  edges.silent = [];
  await refreshed;
  expect(order.slice(-2)).toEqual(['answered', 'limits']);
  await watch.close();
});

it('waits for edges that are known and cannot be asked, and no longer once it is closed', async () => {
  const { watch, edges, order } = setUp({ connected: false });
  edges.silent = [];
  const refreshed = watch.refresh();
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(order).toEqual([]);
  const began = performance.now();
  await watch.close();
  await refreshed;
  expect(performance.now() - began).toBeLessThan(1_000);
});
