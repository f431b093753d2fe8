import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CameraSpec, NodeLease } from '@marsad/contract';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Ingest } from '../../../../packages/media-node/src/ingest/ingest.ts';
import { NodeService } from '../../../../packages/media-node/src/rpc/node-service.ts';
import { RemoteStreams } from '../../../../packages/media-node/src/rpc/remote-streams.ts';
import { RoutedStreams } from '../../../../packages/media-node/src/rpc/routed-streams.ts';
import { RpcServer } from '../../../../packages/media-node/src/rpc/rpc-server.ts';
import { MemorySink, picture, videoTrack } from '../../../../packages/media-node/src/testing/pictures.ts';
import { silent } from '../testing/test-api.ts';
import { MediaPlane } from './media-plane.ts';

const secret = 'a secret of sixteen or more';
const log = silent;
const key = { camera: 'gate', profile: 'main' } as const;
const gate: CameraSpec = { id: 'gate', main: { push: true }, sub: null, mode: 'on-demand', transport: 'auto' };

/** Ingest and streams of a media node, wired as it does, without its public ports. */
class Node {
  readonly lease: NodeLease;
  readonly ingest: Ingest;
  readonly streams: RoutedStreams;
  readonly server: RpcServer;
  readonly #remote: RemoteStreams;

  constructor(folder: string, id: string, roles: NodeLease['roles']) {
    const rpc = `unix:${join(folder, `${id}.sock`)}`;
    this.lease = { id, roles, rpc, public_url: null, public_port: 7880, started_at: 1 };
    this.ingest = new Ingest({
      connect: () => ({ open: () => ({ start: () => {}, close: () => {} }), probe: async () => null }),
      log,
      onStatus: (of, status) => this.server.broadcast('camera.status', { ...of, status }),
      onPublished: (of, published) => {
        this.server.broadcast('stream.published', { ...of, published_at: published?.at ?? null });
        this.streams.refresh();
      },
    });
    this.#remote = new RemoteStreams({ secret, log });
    const service = new NodeService({
      id,
      roles,
      address: rpc,
      ingest: this.ingest,
      remote: this.#remote,
      registry: new Registry(),
      log,
    });
    this.streams = new RoutedStreams(this.ingest, this.#remote, (camera) => service.isLocal(camera));
    service.onMoved(() => this.streams.refresh());
    this.server = new RpcServer({
      listen: rpc,
      secret,
      log,
      handlers: service.handlers,
      onPeerGone: (peer) => service.gone(peer),
    });
  }

  /** Somebody pushes `gate` here, a picture now. */
  publish(end: (reason: string) => void = () => {}) {
    const publication = this.ingest.publish(key, { end });
    publication?.tracks([videoTrack]);
    publication?.unit(picture(0, { key: true }));
    return publication;
  }

  async close() {
    await this.server.close();
    this.#remote.close();
    this.ingest.close();
  }
}

let folder: string;
let nodes: Node[];
const planes: MediaPlane[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'marsad-publishing-'));
  nodes = [];
});
afterEach(async () => {
  for (const plane of planes.splice(0)) plane.close();
  for (const node of nodes) await node.close();
  rmSync(folder, { recursive: true, force: true });
});

async function node(id: string, roles: NodeLease['roles']): Promise<Node> {
  const made = new Node(folder, id, roles);
  await made.server.start();
  nodes.push(made);
  return made;
}

async function api(cameras: readonly CameraSpec[] = [gate]): Promise<MediaPlane> {
  const plane = new MediaPlane({
    leases: async () => nodes.map(({ lease }) => lease),
    rpc: { secret },
    log,
    now: Date.now,
    leaseInterval: 20,
    figuresInterval: 50,
  });
  planes.push(plane);
  plane.setCameras(cameras);
  await plane.start();
  return plane;
}

function watch(at: Node): MemorySink {
  const sink = new MemorySink();
  at.streams.subscribe(key, sink);
  return sink;
}

describe('a camera that is pushed', () => {
  it('is shown by every edge as soon as somebody pushes it to one of them, and until he goes', async () => {
    const [ingest, near, far] = [await node('i', ['ingest']), await node('a', ['edge']), await node('b', ['edge'])];
    const plane = await api();
    const [here, there] = [watch(near), watch(far)];
    await expect.poll(() => [here.reason, there.reason]).toEqual(['NOT_PUBLISHED', 'NOT_PUBLISHED']);
    expect(plane.live('gate')).toMatchObject({ status: 'OFFLINE', stream: { reason: 'NOT_PUBLISHED' } });

    const publication = far.publish();
    await expect.poll(() => [here.state, there.state]).toEqual(['live', 'live']);
    expect(here.numbers).toEqual([0]);
    await expect.poll(() => plane.live('gate')).toMatchObject({ status: 'ONLINE', width: 1280 });
    expect(plane.publishedOn('gate')).toBe('b');

    publication?.close('CONNECTION_LOST', null);
    await expect.poll(() => [here.reason, there.reason]).toEqual(['NOT_PUBLISHED', 'NOT_PUBLISHED']);
    await expect
      .poll(() => plane.live('gate').stream)
      .toMatchObject({ reason: 'NOT_PUBLISHED', last_picture_at: picture(0).arrival });
    expect(ingest.ingest.isPublished('gate')).toBe(false);
    near.publish();
    await expect.poll(() => [here.state, there.state]).toEqual(['live', 'live']);
  });

  it('stays shown without a gap when an api starts that does not know yet', async () => {
    const [, near, far] = [await node('i', ['ingest']), await node('a', ['edge']), await node('b', ['edge'])];
    const before = await api();
    const here = watch(near);
    far.publish();
    await expect.poll(() => here.state).toBe('live');
    before.close();
    const told = here.statuses.length;
    const after = await api();
    await expect.poll(() => after.live('gate').stream.state).toBe('live');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(here.statuses.slice(told)).toEqual([]);
  });

  it('has one publisher among all nodes: the first', async () => {
    const [one, two] = [await node('a', ['ingest', 'edge']), await node('b', ['ingest', 'edge'])];
    await api();
    const [first, second] = [vi.fn(), vi.fn()];
    one.publish(first);
    await new Promise((resolve) => setTimeout(resolve, 5));
    two.publish(second);
    await expect.poll(() => second.mock.calls.length).toBe(1);
    expect(second.mock.calls[0]?.[0]).toMatch(/somebody else/);
    expect(first).not.toHaveBeenCalled();
    expect(one.ingest.isPublished('gate')).toBe(true);
  });

  it('loses its publisher when it is removed, or is to be pulled', async () => {
    const edge = await node('a', ['ingest', 'edge']);
    const plane = await api();
    const [first, second] = [vi.fn(), vi.fn()];
    edge.publish(first);
    await expect.poll(() => plane.publishedOn('gate')).toBe('a');
    plane.setCameras([]);
    await expect.poll(() => first.mock.calls.length).toBe(1);
    await expect.poll(() => plane.publishedOn('gate')).toBeUndefined();
    plane.setCameras([gate]);
    edge.publish(second);
    await expect.poll(() => plane.publishedOn('gate')).toBe('a');
    plane.setCameras([{ ...gate, main: { url: 'rtsp://nobody' } }]);
    await expect.poll(() => second.mock.calls.length).toBe(1);
  });

  it('may have a publisher before this api knows the camera, but not for long', async () => {
    const edge = await node('a', ['ingest', 'edge']);
    const plane = await api([]);
    const end = vi.fn();
    edge.publish(end);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(end).not.toHaveBeenCalled();
    plane.setCameras([gate]);
    await expect.poll(() => plane.live('gate').stream.state).toBe('live');
    expect(end).not.toHaveBeenCalled();
  });

  it('is without a publisher when the node is gone to which he pushed', async () => {
    const [, far] = [await node('i', ['ingest', 'edge']), await node('b', ['edge'])];
    const plane = await api();
    far.publish();
    await expect.poll(() => plane.live('gate').stream.state).toBe('live');
    nodes = nodes.filter((each) => each !== far);
    await far.close();
    await expect.poll(() => plane.live('gate').stream.reason).toBe('NOT_PUBLISHED');
    expect(plane.publishedOn('gate')).toBeUndefined();
  });
});
