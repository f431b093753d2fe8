import type { CameraSpec, PushSpec } from '@marsad/contract';
import type { Log } from '../platform/log/log.ts';
import type { NodeDirectory } from './node-directory.ts';
import type { NodeLink } from './node-link.ts';

/** What there is to tell. */
export interface Placement {
  readonly cameras: ReadonlyMap<string, CameraSpec>;
  /** Camera id → node id. */
  readonly homes: ReadonlyMap<string, string>;
}

export interface NodeOrdersOptions {
  readonly directory: NodeDirectory;
  readonly placement: () => Placement;
  readonly log: Log;
  /** Wall clock, milliseconds. */
  readonly now: () => number;
  /** An ingest has taken its cameras over. */
  readonly onAssigned: (link: NodeLink) => Promise<void>;
}

/** Tells nodes their part of the placement. One that is away is told when it is back. */
export class NodeOrders {
  readonly #o: NodeOrdersOptions;
  /** Null: nothing is pushed anywhere, and the nodes need not be told so. */
  #pushes: readonly PushSpec[] | null = null;
  #generation = 0;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(options: NodeOrdersOptions) {
    this.#o = options;
  }

  close(): void {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
  }

  /** Replaces the set of streams that are pushed to other servers, each by the node that has the camera. */
  setPushes(pushes: readonly PushSpec[]): void {
    const same = this.#pushes !== null && JSON.stringify(this.#pushes) === JSON.stringify(pushes);
    this.#pushes = pushes;
    if (same || this.#closed) return;
    for (const link of this.#o.directory.all()) void this.#push(link);
  }

  /** Tells all nodes shortly: several changes are told as one. */
  soon(): void {
    if (this.#closed) return;
    const { directory } = this.#o;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      if (directory.unheard) this.soon();
      else for (const link of directory.all()) void this.tell(link);
    }, 20);
  }

  /** Never rejects. */
  async tell(link: NodeLink): Promise<void> {
    if (!link.rpc.connected) return;
    try {
      if (link.has('ingest')) {
        await this.#assign(link);
        await this.#o.onAssigned(link);
      }
      if (link.has('edge')) await this.#route(link);
    } catch (error) {
      this.#o.log.warn({ err: error, node: link.id }, 'a media node could not be told its cameras');
    }
    await this.#push(link);
  }

  async #assign(link: NodeLink): Promise<void> {
    const all = this.#o.placement().cameras;
    const cameras = [...link.cameras].flatMap((id) => all.get(id) ?? []);
    await link.rpc.call('ingest.assign', { generation: this.#next(), cameras });
  }

  async #route(link: NodeLink): Promise<void> {
    const { cameras, homes } = this.#o.placement();
    const routes: Record<string, string> = {};
    for (const [camera, node] of homes) {
      const address = this.#o.directory.find(node)?.lease.rpc;
      if (address !== undefined) routes[camera] = address;
    }
    const hidden = [...cameras.values()].flatMap((camera) => (camera.hidden ? camera.id : []));
    await link.rpc.call('edge.routes', { generation: this.#next(), routes, hidden });
  }

  async #push(link: NodeLink): Promise<void> {
    if (this.#pushes === null || !link.rpc.connected) return;
    const { cameras, homes } = this.#o.placement();
    const pushes = this.#pushes.filter(({ camera }) => homes.get(camera) === link.id && !cameras.get(camera)?.hidden);
    try {
      await link.rpc.call('ingest.push', { generation: this.#next(), pushes });
    } catch (error) {
      this.#o.log.warn({ err: error, node: link.id }, 'a media node could not be told what it pushes');
    }
  }

  /** Nodes take the newest; two changes within a millisecond still have to differ. */
  #next(): number {
    this.#generation = Math.max(this.#generation + 1, this.#o.now());
    return this.#generation;
  }
}
