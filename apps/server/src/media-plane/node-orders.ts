import type { CameraSpec, OrderAnswer, PushSpec } from '@marsad/contract';
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
  /** After how long a node that could not be told is told again, milliseconds; doubles up to 30 times. Default 1,000. */
  readonly retryInterval?: number;
  /** An ingest has taken its cameras over. */
  readonly onAssigned: (link: NodeLink) => Promise<void>;
}

/**
 * Tells nodes their part of the placement. One that is away is told when it is back; one that is there and did not hear,
 * or refused, is told again until it has accepted.
 */
export class NodeOrders {
  readonly #o: NodeOrdersOptions;
  /** Null: nothing is pushed anywhere, and the nodes need not be told so. */
  #pushes: readonly PushSpec[] | null = null;
  #generation = 0;
  #timer: NodeJS.Timeout | null = null;
  #turn = 0;
  /** Nodes that are to be told again: since which turn, and how many have failed in a row. */
  readonly #again = new Map<NodeLink, { timer: NodeJS.Timeout | null; turn: number; failures: number }>();
  #closed = false;

  constructor(options: NodeOrdersOptions) {
    this.#o = options;
  }

  close(): void {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
    for (const { timer } of this.#again.values()) if (timer) clearTimeout(timer);
    this.#again.clear();
  }

  /** Replaces the set of streams that are pushed to other servers, each by the node that has the camera. */
  setPushes(pushes: readonly PushSpec[]): void {
    const same = this.#pushes !== null && JSON.stringify(this.#pushes) === JSON.stringify(pushes);
    this.#pushes = pushes;
    if (same || this.#closed) return;
    const turn = ++this.#turn;
    for (const link of this.#o.directory.all()) {
      this.#push(link).catch((error: unknown) => this.#unheard(link, turn, error));
    }
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
    const turn = ++this.#turn;
    if (!link.rpc.connected) return this.#heard(link, turn);
    const parts = [() => this.#assign(link), () => this.#route(link), () => this.#push(link)];
    const failures: unknown[] = [];
    // One that fails must not keep the node from hearing the others.
    for (const part of parts) await part().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) this.#unheard(link, turn, failures[0]);
    else this.#heard(link, turn);
  }

  async #assign(link: NodeLink): Promise<void> {
    if (!link.has('ingest')) return;
    await this.#order((generation) => {
      const all = this.#o.placement().cameras;
      const cameras = [...link.cameras].flatMap((id) => all.get(id) ?? []);
      return link.rpc.call('ingest.assign', { generation, cameras });
    });
    await this.#o.onAssigned(link);
  }

  async #route(link: NodeLink): Promise<void> {
    if (!link.has('edge')) return;
    await this.#order((generation) => {
      const { cameras, homes } = this.#o.placement();
      const routes: Record<string, string> = {};
      for (const [camera, node] of homes) {
        const address = this.#o.directory.find(node)?.lease.rpc;
        if (address !== undefined) routes[camera] = address;
      }
      const hidden = [...cameras.values()].flatMap((camera) => (camera.hidden ? camera.id : []));
      return link.rpc.call('edge.routes', { generation, routes, hidden });
    });
  }

  async #push(link: NodeLink): Promise<void> {
    const all = this.#pushes;
    if (all === null || !link.rpc.connected) return;
    await this.#order((generation) => {
      const { cameras, homes } = this.#o.placement();
      const pushes = all.filter(({ camera }) => homes.get(camera) === link.id && !cameras.get(camera)?.hidden);
      return link.rpc.call('ingest.push', { generation, pushes });
    });
  }

  /**
   * Gives an order until it is accepted, but not for ever. A node refuses when it has accepted a newer one, of an api
   * whose clock was ahead, or of this one before its clock stepped back.
   * @throws Error when it goes on refusing
   */
  async #order(give: (generation: number) => Promise<OrderAnswer>): Promise<void> {
    for (let attempt = 0; attempt < 3; attempt++) {
      const { accepted, generation } = await give(this.#next());
      if (accepted) return;
      this.#generation = Math.max(this.#generation, generation ?? 0);
    }
    throw new Error('refused: it goes on having heard something newer, or is closing');
  }

  #heard(link: NodeLink, turn: number): void {
    const failed = this.#again.get(link);
    // Something newer has failed since: that has still to be told.
    if (!failed || failed.turn > turn) return;
    if (failed.timer) clearTimeout(failed.timer);
    this.#again.delete(link);
  }

  #unheard(link: NodeLink, turn: number, error: unknown): void {
    if (this.#closed) return;
    const before = this.#again.get(link);
    if (before?.timer) clearTimeout(before.timer);
    const failures = (before?.failures ?? 0) + 1;
    const wait = (this.#o.retryInterval ?? 1_000) * Math.min(2 ** (failures - 1), 30);
    this.#o.log.warn(
      { err: error, node: link.id, failures, again_in_ms: wait },
      'a media node could not be told its part',
    );
    const timer = setTimeout(() => {
      this.#again.set(link, { timer: null, turn, failures });
      void this.tell(link);
    }, wait);
    this.#again.set(link, { timer, turn, failures });
  }

  /** Nodes take the newest; two changes within a millisecond still have to differ. */
  #next(): number {
    this.#generation = Math.max(this.#generation + 1, this.#o.now());
    return this.#generation;
  }
}
