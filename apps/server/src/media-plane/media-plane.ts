import { EventEmitter } from 'node:events';
import type {
  AccessAnswer,
  AccessRequest,
  CameraSpec,
  NodeLease,
  Profile,
  PushSpec,
  StreamStatus,
} from '@marsad/contract';
import type { RpcClientOptions } from '@marsad/media-node';
import type { Log } from '../platform/log/log.ts';
import { type CameraLive, CameraLiveState, type StreamFigures } from './camera-live.ts';
import { NodeLink } from './node-link.ts';
import { Publications } from './publications.ts';
import { choose } from './rendezvous.ts';

export interface MediaPlaneOptions {
  /** The leases of this moment. Rejects while that is not known: then the nodes stay as they are. */
  readonly leases: () => Promise<NodeLease[]>;
  readonly rpc: Pick<RpcClientOptions, 'secret' | 'tls' | 'requestId'>;
  readonly log: Log;
  /** Wall clock, milliseconds. */
  readonly now: () => number;
  /** Between two looks at the leases, milliseconds. Default 1,000. */
  readonly leaseInterval?: number;
  /** Between two questions for figures, milliseconds. Default 5,000. */
  readonly figuresInterval?: number;
}

interface Events {
  /** What is known of a camera has changed. */
  camera: [id: string, live: CameraLive];
  /** An edge answers that did not before: it may have forgotten its rooms. */
  edge: [id: string];
  /** An edge has gone for good: its rooms need another. */
  'edge-gone': [id: string];
  /** A node answers that did not before (`true`), or does not any more. */
  node: [id: string, here: boolean];
}

/** Decides for the edges who may read and publish. */
export interface AccessDecider {
  /** One that rejects makes the edge ask another api. */
  ask(edge: NodeLink, request: AccessRequest): Promise<AccessAnswer>;
  /** Never rejects. */
  closed(session: string): Promise<void>;
}

/** Milliseconds a node that was just found has to say what is pushed to it, before others are told where cameras are. */
const patience = 1_500;
/** Milliseconds a publisher may stay whose camera this process does not know: it may be newer than what was read last. */
const strangerStays = 5_000;

const unknown = (now: number): CameraLive => new CameraLiveState(now).live;

/**
 * The api's view of the media nodes. It finds them by their leases, tells each ingest which cameras are its own and each
 * edge where cameras live, and keeps what they say about them. Every api process does this by itself: the placement
 * follows from the leases alone, so that they all say the same.
 */
export class MediaPlane extends EventEmitter<Events> {
  readonly #o: MediaPlaneOptions;
  readonly #links = new Map<string, NodeLink>();
  readonly #states = new Map<string, CameraLiveState>();
  #cameras: ReadonlyMap<string, CameraSpec> = new Map();
  /** Camera id → node id. */
  #placed: ReadonlyMap<string, string> = new Map();
  readonly #publications = new Publications();
  #decider: AccessDecider | null = null;
  /** Null: nothing is pushed anywhere, and the nodes need not be told so. */
  #pushes: readonly PushSpec[] | null = null;
  #generation = 0;
  #timers: NodeJS.Timeout[] = [];
  #push: NodeJS.Timeout | null = null;
  #looking = false;
  #closed = false;

  constructor(options: MediaPlaneOptions) {
    super();
    this.#o = options;
  }

  /** To be called before {@link start}: nodes ask only who said that he answers. */
  decideBy(decider: AccessDecider): void {
    this.#decider = decider;
  }

  /**
   * Looks for nodes, gives those found a moment to say how their cameras are, then goes on by itself. Never rejects:
   * nodes may come later.
   */
  async start(): Promise<void> {
    await this.#look();
    await this.#everybodyHeard();
    if (this.#closed) return;
    this.#timers = [
      setInterval(() => void this.#look(), this.#o.leaseInterval ?? 1_000),
      setInterval(() => void this.#askFigures(), this.#o.figuresInterval ?? 5_000),
    ];
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers) clearInterval(timer);
    if (this.#push) clearTimeout(this.#push);
    for (const link of this.#links.values()) link.close();
    this.#links.clear();
  }

  /** Replaces the set of cameras the nodes are to have. */
  setCameras(cameras: readonly CameraSpec[]): void {
    const before = this.#cameras;
    this.#cameras = new Map(cameras.map((camera) => [camera.id, camera]));
    for (const { camera, node } of [...this.#publications.all()]) {
      if (isPushed(before.get(camera)) && !this.#mayBePushed(camera)) this.#unpublish(node, camera, unwanted);
    }
    for (const id of this.#states.keys()) if (!this.#cameras.has(id)) this.#states.delete(id);
    this.#place();
  }

  /** Replaces the set of streams that are pushed to other servers, each by the node that has the camera. */
  setPushes(pushes: readonly PushSpec[]): void {
    const same = this.#pushes !== null && JSON.stringify(this.#pushes) === JSON.stringify(pushes);
    this.#pushes = pushes;
    if (same || this.#closed) return;
    for (const link of this.#links.values()) void this.#tellPushes(link);
  }

  live(camera: string): CameraLive {
    return this.#states.get(camera)?.live ?? unknown(this.#o.now());
  }

  /** Every camera whose state is known. */
  *known(): Iterable<[id: string, live: CameraLive]> {
    for (const [id, state] of this.#states) yield [id, state.live];
  }

  /** The node to which somebody pushes this camera now. */
  publishedOn(camera: string): string | undefined {
    return this.#publications.homeOf(camera);
  }

  /** Disconnects whoever pushes this camera. Never rejects; a node that does not answer is asked again by nobody. */
  async endPublisher(camera: string, reason: string): Promise<void> {
    const home = this.#publications.homeOf(camera);
    if (home !== undefined) await this.#unpublish(home, camera, reason);
  }

  nodes(): readonly NodeLink[] {
    return [...this.#links.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** Edges that can be given work. */
  edges(): readonly NodeLink[] {
    return this.nodes().filter((link) => link.has('edge') && link.rpc.connected);
  }

  /** Whether there are edges, and all of them can be asked. */
  get edgesConnected(): boolean {
    const edges = this.nodes().filter((link) => link.has('edge'));
    return edges.length > 0 && edges.every((link) => link.rpc.connected);
  }

  /** Whether there is somebody to take pictures in and somebody to show them, and both have said what they have. */
  get ready(): boolean {
    const known = this.nodes().filter((link) => link.rpc.connected && link.heard);
    return known.some((link) => link.has('ingest')) && known.some((link) => link.has('edge'));
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
    for (const [id, link] of this.#links) {
      const lease = found.get(id);
      link.leased = lease !== undefined;
      const moved = lease !== undefined && lease.rpc !== link.lease.rpc;
      if (lease !== undefined && !moved) {
        const restarted = lease.started_at !== link.lease.started_at;
        changed ||= lease.roles.join() !== link.lease.roles.join();
        link.lease = lease;
        // Connected again before its new lease was seen: only now is its new address known.
        if (restarted && link.has('edge') && link.rpc.connected) this.emit('edge', id);
      }
      if (!moved && !link.gone) continue;
      link.close();
      this.#links.delete(id);
      this.#publications.heardAll(id, new Map());
      changed = true;
      this.#o.log.warn({ node: id }, moved ? 'a media node has moved' : 'a media node is gone');
      if (link.has('edge')) this.emit('edge-gone', id);
    }
    for (const lease of leases) {
      if (this.#links.has(lease.id)) continue;
      this.#links.set(lease.id, this.#connect(lease));
      changed = true;
    }
    if (changed) this.#place();
  }

  #connect(lease: NodeLease): NodeLink {
    const decider = this.#decider;
    const link: NodeLink = new NodeLink(lease, {
      ...this.#o.rpc,
      log: this.#o.log,
      onConnected: () => {
        this.#o.log.info({ node: lease.id, roles: lease.roles }, 'media node connected');
        this.emit('node', lease.id, true);
        void this.#welcome(link);
      },
      onDisconnected: () => {
        this.#o.log.warn({ node: lease.id }, 'media node disconnected');
        this.#lost(link);
        if (!this.#closed) this.emit('node', lease.id, false);
      },
      onEvent: ({ event, data }) => {
        if (event === 'camera.status') this.#status(link, data.camera, data.profile, data.status);
        else if (event === 'stream.published') this.#published(link, data.camera, data.published_at);
        else if (event === 'access.closed') void this.#decider?.closed(data.session);
      },
      ...(decider === null ? {} : { answers: { 'access.ask': (request) => decider.ask(link, request) } }),
    });
    link.rpc.start();
    return link;
  }

  /** First it is asked what it has, and what the others have: it must not be told that a stream is where it is not. */
  async #welcome(link: NodeLink): Promise<void> {
    await this.#askFiguresOf(link);
    link.heard = true;
    await this.#everybodyHeard();
    if (this.#closed) return;
    await this.#tell(link);
    if (link.has('edge') && link.rpc.connected) this.emit('edge', link.id);
  }

  /** Waits for what the nodes have to say, but not longer than they have patience. */
  async #everybodyHeard(): Promise<void> {
    while (!this.#closed && this.#unheard()) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  #unheard(): boolean {
    const now = performance.now();
    return [...this.#links.values()].some((link) => !link.heard && now - link.foundAt < patience);
  }

  #published(link: NodeLink, camera: string, at: number | null): void {
    if (!this.#publications.heard(link.id, camera, at)) return;
    this.#place();
    this.#endOthers(link);
    // Its status came before it was known to be the one to ask.
    if (at !== null) void this.#askFiguresOf(link);
  }

  /** Ends publishers of what is not to be pushed, and those who came second, to another node than the first. */
  #endOthers(link: NodeLink): void {
    for (const { camera, node, heardAt } of [...this.#publications.on(link.id)]) {
      if (!this.#mayBePushed(camera)) {
        if (performance.now() - heardAt > strangerStays) this.#unpublish(node, camera, unwanted);
      } else if (this.#publications.homeOf(camera) !== node) {
        this.#unpublish(node, camera, 'somebody else publishes this camera');
      }
    }
  }

  async #unpublish(node: string, camera: string, reason: string): Promise<void> {
    const link = this.#links.get(node);
    if (!link?.rpc.connected) return;
    this.#o.log.info({ node, camera, reason }, 'a publisher is ended');
    for (const profile of ['main', 'sub'] as const) {
      await link.rpc.call('ingest.unpublish', { camera, profile, reason }).catch((error) => {
        this.#o.log.warn({ err: error, node, camera }, 'a publisher could not be ended');
      });
    }
  }

  #mayBePushed(camera: string): boolean {
    return isPushed(this.#cameras.get(camera));
  }

  /** Decides where every camera belongs, and lets the nodes know shortly: several changes are told as one. */
  #place(): void {
    if (this.#closed) return;
    const ingests = this.nodes().filter((link) => link.has('ingest'));
    const ids = ingests.map((link) => link.id);
    const placed = new Map<string, string>();
    for (const [camera, spec] of this.#cameras) {
      const home = isPushed(spec) ? this.#publications.homeOf(camera) : undefined;
      const node = home ?? choose(camera, ids);
      if (node !== undefined) placed.set(camera, node);
      const before = this.#placed.get(camera);
      if (node === before) continue;
      // A publisher came or went: nothing is lost, and whoever has the stream now says how it is.
      if (isPushed(spec) && before !== undefined && this.#links.get(before)?.rpc.connected) continue;
      const state = this.#states.get(camera);
      if (state?.lost(this.#o.now(), node !== undefined)) this.emit('camera', camera, state.live);
    }
    this.#placed = placed;
    for (const link of this.#links.values()) {
      link.cameras = new Set([...placed].filter(([, node]) => node === link.id).map(([camera]) => camera));
    }
    this.#tellSoon();
  }

  #tellSoon(): void {
    this.#push ??= setTimeout(() => {
      this.#push = null;
      if (this.#unheard()) this.#tellSoon();
      else for (const link of this.#links.values()) void this.#tell(link);
    }, 20);
  }

  /** Tells a node its part of the placement. One that is away is told when it is back. */
  async #tell(link: NodeLink): Promise<void> {
    if (!link.rpc.connected) return;
    const generation = this.#nextGeneration();
    try {
      if (link.has('ingest')) {
        const cameras = [...link.cameras].flatMap((id) => this.#cameras.get(id) ?? []);
        await link.rpc.call('ingest.assign', { generation, cameras });
        await this.#askFiguresOf(link);
      }
      if (link.has('edge')) {
        const routes: Record<string, string> = {};
        for (const [camera, node] of this.#placed) {
          const address = this.#links.get(node)?.lease.rpc;
          if (address !== undefined) routes[camera] = address;
        }
        const hidden = [...this.#cameras.values()].flatMap((camera) => (camera.hidden ? camera.id : []));
        await link.rpc.call('edge.routes', { generation, routes, hidden });
      }
    } catch (error) {
      this.#o.log.warn({ err: error, node: link.id }, 'a media node could not be told its cameras');
    }
    await this.#tellPushes(link);
  }

  async #tellPushes(link: NodeLink): Promise<void> {
    if (this.#pushes === null || !link.rpc.connected) return;
    const pushes = this.#pushes.filter(
      ({ camera }) => this.#placed.get(camera) === link.id && !this.#cameras.get(camera)?.hidden,
    );
    try {
      await link.rpc.call('ingest.push', { generation: this.#nextGeneration(), pushes });
    } catch (error) {
      this.#o.log.warn({ err: error, node: link.id }, 'a media node could not be told what it pushes');
    }
  }

  /** Nodes take the newest; two changes within a millisecond still have to differ. */
  #nextGeneration(): number {
    this.#generation = Math.max(this.#generation + 1, this.#o.now());
    return this.#generation;
  }

  #lost(link: NodeLink): void {
    link.heard = false;
    link.liveStreams = 0;
    for (const camera of link.cameras) {
      const state = this.#states.get(camera);
      if (state?.lost(this.#o.now(), true)) this.emit('camera', camera, state.live);
    }
  }

  #status(link: NodeLink, camera: string, profile: Profile, status: StreamStatus, figures?: StreamFigures): void {
    // A node may still speak of a camera that was just given to another one.
    if (!this.#cameras.has(camera) || this.#placed.get(camera) !== link.id) return;
    let state = this.#states.get(camera);
    if (state === undefined) {
      state = new CameraLiveState(this.#o.now());
      this.#states.set(camera, state);
    }
    if (state.update(profile, status, figures)) this.emit('camera', camera, state.live);
  }

  async #askFigures(): Promise<void> {
    await Promise.all(this.nodes().map((link) => this.#askFiguresOf(link)));
  }

  /** Also brings back a node that lost its cameras without losing the connection, or missed an event. */
  async #askFiguresOf(link: NodeLink): Promise<void> {
    if (!link.rpc.connected) return;
    try {
      const { streams } = await link.rpc.call('ingest.streams', {});
      const published = streams.flatMap(({ camera, published_at }): [string, number][] =>
        published_at === null ? [] : [[camera, published_at]],
      );
      if (this.#publications.heardAll(link.id, new Map(published))) this.#place();
      this.#endOthers(link);
      link.liveStreams = streams.filter((stream) => stream.status.state === 'live').length;
      for (const { camera, profile, status, width, height, frame_rate } of streams) {
        this.#status(link, camera, profile, status, { width, height, frameRate: frame_rate });
      }
    } catch (error) {
      this.#o.log.debug({ err: error, node: link.id }, 'a media node did not answer');
    }
  }
}

const unwanted = 'the camera is not pushed any more';

function isPushed(spec: CameraSpec | undefined): boolean {
  return spec !== undefined && 'push' in spec.main;
}
