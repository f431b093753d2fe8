import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CameraSpec, NodeLease } from '@marsad/contract';
import { RpcServer } from '@marsad/media-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { streamStatus } from '../testing/stream-status.ts';
import { silent } from '../testing/test-api.ts';
import { MediaPlane } from './media-plane.ts';

const secret = 'a secret of sixteen or more';
const camera = (id: string): CameraSpec => ({
  id,
  main: { url: `rtsp://x/${id}` },
  sub: null,
  mode: 'on-demand',
  transport: 'auto',
});
const cameras = Array.from({ length: 40 }, (_, i) => camera(`c${i}`));

/** A node over real RPC that writes down what it is told. */
class FakeNode {
  readonly lease: NodeLease;
  readonly assigned: string[][] = [];
  readonly routes: Record<string, string>[] = [];
  readonly generations: number[] = [];
  /** Orders older than this are refused; null: it has forgotten how to answer. */
  newest: number | null = 0;
  /** It says which streams it has when this is over. */
  silence: Promise<void> = Promise.resolve();
  #server: RpcServer;

  constructor(folder: string, id: string, roles: NodeLease['roles'] = ['ingest', 'edge']) {
    const rpc = `unix:${join(folder, `${id}.sock`)}`;
    this.lease = { id, roles, rpc, public_url: null, public_port: 7880, started_at: 1 };
    this.#server = this.#make();
  }

  get server() {
    return this.#server;
  }

  async start(): Promise<this> {
    await this.#server.start();
    return this;
  }

  close() {
    return this.#server.close();
  }

  async restart() {
    this.assigned.length = 0;
    this.#server = this.#make();
    await this.#server.start();
  }

  #judge(generation: number) {
    if (this.newest === null) throw new Error('out of order');
    const accepted = generation >= this.newest;
    this.newest = Math.max(this.newest, generation);
    return { accepted, generation: this.newest };
  }

  #make() {
    return new RpcServer({
      listen: this.lease.rpc,
      secret,
      log: silent,
      handlers: {
        'ingest.assign': ({ generation, cameras: list }) => {
          const answer = this.#judge(generation);
          if (!answer.accepted) return answer;
          this.generations.push(generation);
          this.assigned.push(list.map(({ id }) => id));
          return answer;
        },
        'ingest.streams': async () => {
          await this.silence;
          return {
            streams: (this.assigned.at(-1) ?? []).slice(0, 1).map((id) => ({
              camera: id,
              profile: 'main' as const,
              status: streamStatus('live'),
              width: 1280,
              height: 720,
              codec: 'h264',
              frame_rate: 25,
              sinks: 0,
              bytes_in: 0,
              pictures_in: 0,
              pictures_lost: 0,
              gop_bytes: 0,
              gop_pictures: 0,
              published_at: null,
            })),
          };
        },
        'edge.routes': ({ generation, routes }) => {
          const answer = this.#judge(generation);
          if (answer.accepted) this.routes.push(routes);
          return answer;
        },
        'node.ping': () => ({ id: this.lease.id, roles: this.lease.roles }),
      },
    });
  }
}

let folder: string;
let nodes: FakeNode[];
let leases: NodeLease[] | null;
let plane: MediaPlane;
const now = 1000;

const node = async (id: string, roles?: NodeLease['roles']) => {
  const made = await new FakeNode(folder, id, roles).start();
  nodes.push(made);
  leases = [...(leases ?? []), made.lease];
  return made;
};
const last = <T>(list: readonly T[]) => list.at(-1);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'marsad-plane-'));
  nodes = [];
  leases = [];
  plane = new MediaPlane({
    leases: () => (leases === null ? Promise.reject(new Error('Valkey is away')) : Promise.resolve(leases)),
    rpc: { secret },
    log: silent,
    now: () => now,
    leaseInterval: 20,
    figuresInterval: 50,
    retryInterval: 50,
  });
});
afterEach(async () => {
  plane.close();
  await Promise.all(nodes.map((one) => one.close()));
  rmSync(folder, { recursive: true, force: true });
});

describe('MediaPlane', () => {
  it('gives every camera to exactly one ingest, and tells edges where each is', async () => {
    const [a, b, edge] = [await node('a', ['ingest']), await node('b', ['ingest']), await node('e', ['edge'])];
    plane.setCameras(cameras);
    await plane.start();
    await expect
      .poll(() => [...(last(a.assigned) ?? []), ...(last(b.assigned) ?? [])].sort())
      .toEqual(cameras.map(({ id }) => id).sort());
    await expect.poll(() => Object.keys(last(edge.routes) ?? {}).length).toBe(40);
    for (const id of last(a.assigned) ?? []) expect(last(edge.routes)?.[id]).toBe(a.lease.rpc);
    expect(edge.assigned).toEqual([]);
    expect(plane.ready).toBe(true);
    expect(plane.edges().map(({ id }) => id)).toEqual(['e']);
  });

  it('has started and is ready when the nodes have said how their cameras are, as after a restart of the api', async () => {
    const a = await node('a');
    // What an earlier api told it.
    a.assigned.push(['c1']);
    const { promise: silence, resolve: speak } = Promise.withResolvers<void>();
    a.silence = silence;
    plane.setCameras(cameras);
    const starting = plane.start();
    await expect.poll(() => plane.nodes()[0]?.rpc.connected).toBe(true);
    expect(plane.ready).toBe(false);
    speak();
    await starting;
    expect(plane.ready).toBe(true);
    expect(plane.live('c1')).toMatchObject({ status: 'ONLINE', stream: { state: 'live' } });
  });

  it('waits a moment for a node that does not say what it has, and not for ever', async () => {
    (await node('a')).silence = new Promise(() => {});
    plane.setCameras(cameras);
    const begun = performance.now();
    await plane.start();
    expect(performance.now() - begun).toBeGreaterThan(1_000);
    expect(performance.now() - begun).toBeLessThan(4_000);
    expect(plane.ready).toBe(false);
  });

  it('tells a restarted node again, and moves nothing', async () => {
    const a = await node('a');
    plane.setCameras(cameras);
    await plane.start();
    await expect.poll(() => last(a.assigned)?.length).toBe(40);
    const returned: string[] = [];
    plane.on('edge', (id) => returned.push(id));
    await a.close();
    await expect.poll(() => plane.ready).toBe(false);
    expect(plane.live('c1')).toMatchObject({ stream: { state: 'connecting' } });
    await a.restart();
    const start = performance.now();
    await expect.poll(() => last(a.assigned)?.length, { timeout: 2_000 }).toBe(40);
    expect(performance.now() - start).toBeLessThan(2_000);
    await expect.poll(() => returned).toEqual(['a']);
    expect(a.generations).toEqual(a.generations.toSorted((x, y) => x - y));
    expect(new Set(a.generations).size).toBe(a.generations.length);
  });

  it('is obeyed by a node that heard something newer from a clock that was ahead', async () => {
    const a = await node('a');
    a.newest = now + 3_600_000;
    plane.setCameras(cameras);
    await plane.start();
    await expect.poll(() => last(a.assigned)?.length).toBe(40);
    await expect.poll(() => Object.keys(last(a.routes) ?? {}).length).toBe(40);
    a.newest = now + 7_200_000;
    plane.setCameras([camera('c8')]);
    await expect.poll(() => last(a.assigned)).toEqual(['c8']);
    await expect.poll(() => Object.keys(last(a.routes) ?? {})).toEqual(['c8']);
  });

  it('tells a node again that did not hear, and no other, and without a new connection', async () => {
    const [a, b] = [await node('a'), await node('b')];
    a.newest = null;
    plane.setCameras(cameras);
    await plane.start();
    await expect.poll(() => b.assigned.length).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, 150));
    const told = b.assigned.length;
    expect(a.assigned).toEqual([]);
    a.newest = 0;
    await expect
      .poll(() => (last(a.assigned)?.length ?? 0) + (last(b.assigned)?.length ?? 0), { timeout: 4_000 })
      .toBe(40);
    expect(b.assigned.length).toBe(told);
    const heard = a.assigned.length;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(a.assigned.length).toBe(heard);
  });

  it('places the cameras of a node that is gone on the others, and only those', async () => {
    const [a, b, c] = [await node('a'), await node('b'), await node('c')];
    plane.setCameras(cameras);
    await plane.start();
    await expect.poll(() => [a, b, c].reduce((sum, one) => sum + (last(one.assigned)?.length ?? 0), 0)).toBe(40);
    const before = new Set(last(a.assigned));
    const lost = last(c.assigned) ?? [];
    const gone: string[] = [];
    plane.on('edge-gone', (id) => gone.push(id));
    await c.close();
    leases = [a.lease, b.lease];
    await expect.poll(() => (last(a.assigned)?.length ?? 0) + (last(b.assigned)?.length ?? 0)).toBe(40);
    const moved = (last(a.assigned) ?? []).filter((id) => !before.has(id));
    expect(moved.every((id) => lost.includes(id))).toBe(true);
    expect(gone).toEqual(['c']);
  });

  it('keeps nodes that still talk when leases are gone, or cannot be read', async () => {
    const a = await node('a');
    plane.setCameras(cameras);
    await plane.start();
    await expect.poll(() => last(a.assigned)?.length).toBe(40);
    leases = null;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(plane.ready).toBe(true);
    leases = [];
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(plane.ready).toBe(true);
    await a.close();
    await expect.poll(() => plane.nodes()).toEqual([]);
  });

  it('follows a node to its new address', async () => {
    const a = await node('a');
    plane.setCameras(cameras);
    await plane.start();
    await expect.poll(() => last(a.assigned)?.length).toBe(40);
    const moved = new FakeNode(folder, 'a2');
    Object.assign(moved.lease, { id: 'a' });
    nodes.push(await moved.start());
    leases = [moved.lease];
    await expect.poll(() => last(moved.assigned)?.length).toBe(40);
  });

  it('hears what happens to cameras, from the node that has them', async () => {
    const a = await node('a');
    plane.setCameras(cameras);
    await plane.start();
    await expect.poll(() => last(a.assigned)?.length).toBe(40);
    const heard: string[] = [];
    plane.on('camera', (id, live) => heard.push(`${id} ${live.status}`));
    a.server.broadcast('camera.status', { camera: 'c7', profile: 'main', status: streamStatus('live', 5) });
    await expect.poll(() => plane.live('c7')).toMatchObject({ status: 'ONLINE', stream: { since: 5 } });
    a.server.broadcast('camera.status', { camera: 'c7', profile: 'main', status: streamStatus('frozen', 6) });
    await expect.poll(() => plane.live('c7').status).toBe('ERROR');
    a.server.broadcast('camera.status', { camera: 'nobody', profile: 'main', status: streamStatus('live') });
    expect(heard).toContain('c7 ERROR');
    await expect.poll(() => plane.live(last(a.assigned)?.[0] ?? '')).toMatchObject({ width: 1280, frameRate: 25 });
    expect([...plane.known()].map(([id]) => id)).not.toContain('nobody');
    plane.setCameras([camera('c8')]);
    expect([...plane.known()].map(([id]) => id)).not.toContain('c7');
    await expect.poll(() => last(a.assigned)).toEqual(['c8']);
  });

  it('says that cameras are lost when no node is left', async () => {
    const a = await node('a');
    plane.setCameras(cameras);
    await plane.start();
    await expect.poll(() => last(a.assigned)?.length).toBe(40);
    a.server.broadcast('camera.status', { camera: 'c7', profile: 'main', status: streamStatus('live', 5) });
    await expect.poll(() => plane.live('c7').status).toBe('ONLINE');
    await a.close();
    leases = [];
    await expect
      .poll(() => plane.live('c7'))
      .toMatchObject({ status: 'OFFLINE', stream: { state: 'offline', reason: 'NODE_LOST' } });
  });
});
