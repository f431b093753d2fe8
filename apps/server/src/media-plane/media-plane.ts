import { EventEmitter } from 'node:events';
import type { CameraSpec, PushSpec } from '@marsad/contract';
import type { RpcEvent } from '@marsad/media-node';
import type { AccessDecider } from './access-decider.ts';
import type { CameraLive } from './camera-live.ts';
import { CameraStates } from './camera-states.ts';
import { NodeDirectory, type NodeDirectoryOptions } from './node-directory.ts';
import type { NodeLink } from './node-link.ts';
import { NodeOrders } from './node-orders.ts';
import type { Told } from './publications.ts';
import { Publishers } from './publishers.ts';
import { choose } from './rendezvous.ts';

export interface MediaPlaneOptions extends Pick<NodeDirectoryOptions, 'leases' | 'rpc' | 'log' | 'leaseInterval'> {
  /** Wall clock, milliseconds. */
  readonly now: () => number;
  /** Between two questions for figures, milliseconds. Default 5,000. */
  readonly figuresInterval?: number;
  /** Before a node that could not be told is told again, milliseconds. Default 1,000. */
  readonly retryInterval?: number;
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

/**
 * The api's view of the media nodes: it tells each ingest which cameras are its own and each edge where cameras live, and
 * keeps what they say about them. Every api process does this by itself: the placement follows from the leases alone, so
 * that they all say the same.
 */
export class MediaPlane extends EventEmitter<Events> {
  readonly #o: MediaPlaneOptions;
  readonly #directory: NodeDirectory;
  readonly #states: CameraStates;
  readonly #publishers: Publishers;
  readonly #orders: NodeOrders;
  #cameras: ReadonlyMap<string, CameraSpec> = new Map();
  /** Camera id → node id. */
  #placed: ReadonlyMap<string, string> = new Map();
  #decider: AccessDecider | null = null;
  #figures: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(options: MediaPlaneOptions) {
    super();
    this.#o = options;
    const { now, log } = options;
    this.#states = new CameraStates({ now, onChange: (camera, live) => this.emit('camera', camera, live) });
    this.#publishers = new Publishers({
      node: (id) => this.#directory.find(id),
      wanted: (camera) => isPushed(this.#cameras.get(camera)),
      log,
    });
    this.#directory = new NodeDirectory({
      ...options,
      decider: () => this.#decider,
      onConnected: (link) => {
        this.emit('node', link.id, true);
        void this.#welcome(link);
      },
      onDisconnected: (link) => {
        for (const camera of link.cameras) this.#states.lost(camera, true);
        if (!this.#closed) this.emit('node', link.id, false);
      },
      onEvent: (link, event) => this.#heard(link, event),
      onRestarted: (link) => {
        if (link.has('edge')) this.emit('edge', link.id);
      },
      onGone: (link) => {
        this.#publishers.heardAll(link.id, new Map());
        if (link.has('edge')) this.emit('edge-gone', link.id);
      },
      onChanged: () => this.#place(),
    });
    this.#orders = new NodeOrders({
      directory: this.#directory,
      placement: () => ({ cameras: this.#cameras, homes: this.#placed }),
      log,
      now,
      ...(options.retryInterval === undefined ? {} : { retryInterval: options.retryInterval }),
      onAssigned: (link) => this.#askFiguresOf(link),
    });
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
    await this.#directory.start();
    if (this.#closed) return;
    this.#figures = setInterval(() => {
      for (const link of this.nodes()) void this.#askFiguresOf(link);
    }, this.#o.figuresInterval ?? 5_000);
  }

  close(): void {
    this.#closed = true;
    if (this.#figures) clearInterval(this.#figures);
    this.#orders.close();
    this.#directory.close();
  }

  /** Replaces the set of cameras the nodes are to have. */
  setCameras(cameras: readonly CameraSpec[]): void {
    const before = this.#cameras;
    this.#cameras = new Map(cameras.map((camera) => [camera.id, camera]));
    this.#publishers.dismiss((camera) => isPushed(before.get(camera)));
    this.#states.keep(this.#cameras);
    this.#place();
  }

  /** Replaces the set of streams that are pushed to other servers, each by the node that has the camera. */
  setPushes(pushes: readonly PushSpec[]): void {
    this.#orders.setPushes(pushes);
  }

  live(camera: string): CameraLive {
    return this.#states.live(camera);
  }

  /** Every camera whose state is known. */
  known(): Iterable<[id: string, live: CameraLive]> {
    return this.#states.known();
  }

  /** The node to which somebody pushes this camera now. */
  publishedOn(camera: string): string | undefined {
    return this.#publishers.homeOf(camera);
  }

  /** Every camera that somebody pushes now, and with whose rights; undefined where a key was shown. */
  published(): { camera: string; by: string | undefined }[] {
    return [...this.#publishers.all()].map(({ camera, by }) => ({ camera, by }));
  }

  /** Disconnects whoever pushes this camera. Never rejects; a node that does not answer is asked again by nobody. */
  async endPublisher(camera: string, reason: string): Promise<void> {
    await this.#publishers.end(camera, reason);
  }

  nodes(): readonly NodeLink[] {
    return this.#directory.all();
  }

  /** The ingest a camera that is fetched belongs to, and that is asked for one that is pushed. */
  ingestOf(camera: string): NodeLink | undefined {
    const ingests = this.nodes().filter((link) => link.has('ingest'));
    const node = choose(
      camera,
      ingests.map(({ id }) => id),
    );
    return ingests.find(({ id }) => id === node);
  }

  /** Edges that can be given work. */
  edges(): readonly NodeLink[] {
    return this.nodes().filter((link) => link.has('edge') && link.rpc.connected);
  }

  /** Whether there are edges, as far as is known; perhaps none of them can be asked. */
  get hasEdges(): boolean {
    return this.nodes().some((link) => link.has('edge'));
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

  /** First it is asked what it has, and what the others have: it must not be told that a stream is where it is not. */
  async #welcome(link: NodeLink): Promise<void> {
    await this.#askFiguresOf(link);
    link.heard = true;
    await this.#directory.everybodyHeard();
    if (this.#closed) return;
    await this.#orders.tell(link);
    if (link.has('edge') && link.rpc.connected) this.emit('edge', link.id);
  }

  #heard(link: NodeLink, { event, data }: RpcEvent): void {
    if (event === 'camera.status') {
      if (this.#speaksFor(link, data.camera)) this.#states.told(data.camera, data.profile, data.status);
    } else if (event === 'stream.published') this.#published(link, data.camera, toldOf(data));
    else if (event === 'access.closed') void this.#decider?.closed(data.session);
  }

  #published(link: NodeLink, camera: string, told: Told | null): void {
    if (!this.#publishers.heard(link.id, camera, told)) return;
    this.#place();
    this.#publishers.review(link.id);
    // Its status came before it was known to be the one to ask.
    if (told !== null) void this.#askFiguresOf(link);
  }

  /** A node may still speak of a camera that was just given to another one. */
  #speaksFor(link: NodeLink, camera: string): boolean {
    return this.#cameras.has(camera) && this.#placed.get(camera) === link.id;
  }

  /** Decides where every camera belongs, and lets the nodes know. */
  #place(): void {
    if (this.#closed) return;
    const ids = this.nodes()
      .filter((link) => link.has('ingest'))
      .map((link) => link.id);
    const placed = new Map<string, string>();
    for (const [camera, spec] of this.#cameras) {
      const home = isPushed(spec) ? this.#publishers.homeOf(camera) : undefined;
      const node = home ?? choose(camera, ids);
      if (node !== undefined) placed.set(camera, node);
      const before = this.#placed.get(camera);
      if (node === before) continue;
      // A publisher came or went: nothing is lost, and whoever has the stream now says how it is.
      if (isPushed(spec) && before !== undefined && this.#directory.find(before)?.rpc.connected) continue;
      this.#states.lost(camera, node !== undefined);
    }
    this.#placed = placed;
    for (const link of this.nodes()) {
      link.cameras = new Set([...placed].filter(([, node]) => node === link.id).map(([camera]) => camera));
    }
    this.#orders.soon();
  }

  /** Also brings back a node that lost its cameras without losing the connection, or missed an event. */
  async #askFiguresOf(link: NodeLink): Promise<void> {
    if (!link.rpc.connected) return;
    try {
      const { streams } = await link.rpc.call('ingest.streams', {});
      const published = streams.flatMap((stream): [string, Told][] => {
        const told = toldOf(stream);
        return told === null ? [] : [[stream.camera, told]];
      });
      if (this.#publishers.heardAll(link.id, new Map(published))) this.#place();
      this.#publishers.review(link.id);
      link.liveStreams = streams.filter((stream) => stream.status.state === 'live').length;
      for (const { camera, profile, status, width, height, frame_rate } of streams) {
        if (!this.#speaksFor(link, camera)) continue;
        this.#states.told(camera, profile, status, { width, height, frameRate: frame_rate });
      }
    } catch (error) {
      this.#o.log.debug({ err: error, node: link.id }, 'a media node did not answer');
    }
  }
}

function toldOf(stream: { published_at: number | null; published_by?: string | undefined }): Told | null {
  return stream.published_at === null ? null : { at: stream.published_at, by: stream.published_by };
}

function isPushed(spec: CameraSpec | undefined): boolean {
  return spec !== undefined && 'push' in spec.main;
}
