import { EventEmitter } from 'node:events';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { MediaPlane } from '../../media-plane/media-plane.ts';
import { silent } from '../../testing/test-api.ts';
import { LostReaders } from './lost-readers.ts';

const lease = { id: 'edge-1', roles: ['ingest', 'edge'], started_at: 1 };
const link = { id: 'edge-1', lease };
const nodes = vi.fn(() => [link]);
const sessionsAt = vi.fn(async (_: string) => ['a', 'b']);
const closed = vi.fn(async (_: string) => {});
let plane: EventEmitter;
let lost: LostReaders;

beforeEach(() => {
  vi.clearAllMocks();
  lease.started_at = 1;
  lease.roles = ['ingest', 'edge'];
  plane = new EventEmitter();
  const mediaPlane = Object.assign(plane, { nodes }) as unknown as MediaPlane;
  lost = new LostReaders({ mediaPlane, readers: { sessionsAt, closed }, log: silent });
});
const ended = () => closed.mock.calls.map(([session]) => session);
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('readers of an edge', () => {
  it('that is another process now, or gone, are ended: those who were there before', async () => {
    plane.emit('node', 'edge-1', false);
    sessionsAt.mockResolvedValueOnce(['new']);
    lease.started_at = 2;
    plane.emit('node', 'edge-1', true);
    plane.emit('edge', 'edge-1');
    plane.emit('edge', 'edge-1');
    await settled();
    expect(ended()).toEqual(['a', 'b']);
    plane.emit('node', 'edge-1', false);
    plane.emit('edge-gone', 'edge-1');
    await settled();
    expect(ended()).toEqual(['a', 'b', 'new']);
  });

  it('that was only out of reach stay, also when its lease is renewed later', async () => {
    plane.emit('node', 'edge-1', false);
    plane.emit('node', 'edge-1', true);
    plane.emit('edge', 'edge-1');
    await settled();
    expect(ended()).toEqual([]);
    // Connected again before its new lease was seen.
    lease.started_at = 3;
    plane.emit('edge', 'edge-1');
    await settled();
    expect(ended()).toEqual(['a', 'b']);
  });

  it('are not looked for where there are none, or while they cannot be found', async () => {
    lease.roles = ['ingest'];
    plane.emit('node', 'edge-1', false);
    expect(sessionsAt).not.toHaveBeenCalled();
    lease.roles = ['edge'];
    sessionsAt.mockRejectedValueOnce(new Error('Valkey is away'));
    plane.emit('node', 'edge-1', false);
    plane.emit('edge-gone', 'edge-1');
    lost.close();
    plane.emit('node', 'edge-1', false);
    plane.emit('edge-gone', 'edge-1');
    await settled();
    expect(ended()).toEqual([]);
  });
});
