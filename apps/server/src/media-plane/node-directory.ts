import type { NodeLease } from '@marsad/contract';
import type { RpcClientOptions, RpcEvent } from '@marsad/media-node';
import type { Log } from '../platform/log/log.ts';
import type { AccessDecider } from './access-decider.ts';
import { NodeLink } from './node-link.ts';

export interface NodeDirectoryOptions {
  /** The leases of this moment. Rejects while that is not known: then the nodes stay as they are. */
  readonly leases: () => Promise<NodeLease[]>;
  readonly rpc: Pick<RpcClientOptions, 'secret' | 'tls' | 'requestId'>;
  readonly log: Log;
  /** Between two looks at the leases, milliseconds. Default 1,000. */
  readonly leaseInterval?: number;
  /** Who answers nodes that ask; null: nobody here does, and a node that connects now asks others. */
  readonly decider: () => AccessDecider | null;
  readonly onConnected: (link: NodeLink) => void;
  readonly onDisconnected: (link: NodeLink) => void;
  readonly onEvent: (link: NodeLink, event: RpcEvent) => void;
  /** It had been started anew before its lease said so, and is connected. */
  readonly onRestarted: (link: NodeLink) => void;
  /** It is not among the nodes any more. */
  readonly onGone: (link: NodeLink) => void;
  /** Nodes came or went, or have other roles than before. */
  readonly onChanged: () => void;
}

/** Milliseconds a node that was just found has to say what it has, before others are told where cameras are. */
const patience = 1_500;

/** Which media nodes there are, by their leases, and the connections to them. */
export class NodeDirectory {
  readonly #o: NodeDirectoryOptions;
  readonly #links = new Map<string, NodeLink>();
  #timer: NodeJS.Timeout | null = null;
  #looking = false;
  #closed = false;

  constructor(options: NodeDirectoryOptions) {
    this.#o = options;
  }

  /** Looks once, gives those found a moment to be heard, then goes on by itself. Never rejects: nodes may come later. */
  async start(): Promise<void> {
    await this.#look();
    await this.everybodyHeard();
    if (this.#closed) return;
    this.#timer = setInterval(() => void this.#look(), this.#o.leaseInterval ?? 1_000);
  }

  close(): void {
    this.#closed = true;
    if (this.#timer) clearInterval(this.#timer);
    for (const link of this.#links.values()) link.close();
    this.#links.clear();
  }

  find(id: string): NodeLink | undefined {
    return this.#links.get(id);
  }

  /** In the order of their names. */
  all(): readonly NodeLink[] {
    return [...this.#links.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** Whether it is still to be heard from one that was just found. */
  get unheard(): boolean {
    const now = performance.now();
    return [...this.#links.values()].some((link) => !link.heard && now - link.foundAt < patience);
  }

  /** Waits for what the nodes have to say, but not longer than they have patience. */
  async everybodyHeard(): Promise<void> {
    while (!this.#closed && this.unheard) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  async #look(): Promise<void> {
    if (this.#looking || this.#closed) return;
    this.#looking = true;
    try {
      this.#see(await this.#o.leases());
    } catch (error) {
      this.#o.log.debug({ err: error }, 'leases cannot be read; the nodes stay as they were');
    } finally {
      this.#looking = false;
    }
  }

  #see(leases: readonly NodeLease[]): void {
    if (this.#closed) return;
    const found = new Map(leases.map((lease) => [lease.id, lease]));
    let changed = false;
    for (const link of [...this.#links.values()]) changed = this.#review(link, found.get(link.id)) || changed;
    for (const lease of leases) {
      if (this.#links.has(lease.id)) continue;
      this.#links.set(lease.id, this.#connect(lease));
      changed = true;
    }
    if (changed) this.#o.onChanged();
  }

  /** @returns whether it matters for where cameras are */
  #review(link: NodeLink, lease: NodeLease | undefined): boolean {
    link.leased = lease !== undefined;
    const moved = lease !== undefined && lease.rpc !== link.lease.rpc;
    let changed = false;
    if (lease !== undefined && !moved) {
      const restarted = lease.started_at !== link.lease.started_at;
      changed = lease.roles.join() !== link.lease.roles.join();
      link.lease = lease;
      // Connected again before its new lease was seen: only now is its new address known.
      if (restarted && link.rpc.connected) this.#o.onRestarted(link);
    }
    if (!moved && !link.gone) return changed;
    link.close();
    this.#links.delete(link.id);
    this.#o.log.warn({ node: link.id }, moved ? 'a media node has moved' : 'a media node is gone');
    this.#o.onGone(link);
    return true;
  }

  #connect(lease: NodeLease): NodeLink {
    const decider = this.#o.decider();
    const link: NodeLink = new NodeLink(lease, {
      ...this.#o.rpc,
      log: this.#o.log,
      onConnected: () => {
        this.#o.log.info({ node: lease.id, roles: lease.roles }, 'media node connected');
        this.#o.onConnected(link);
      },
      onDisconnected: () => {
        this.#o.log.warn({ node: lease.id }, 'media node disconnected');
        link.heard = false;
        link.liveStreams = 0;
        this.#o.onDisconnected(link);
      },
      onEvent: (event) => this.#o.onEvent(link, event),
      ...(decider === null ? {} : { answers: { 'access.ask': (request) => decider.ask(link, request) } }),
    });
    link.rpc.start();
    return link;
  }
}
