import type { Health, MediaNodeInfo, SystemFigures } from '@marsad/contract';
import { Gauge, type Registry } from 'prom-client';
import type { MediaPlane } from '../../media-plane/media-plane.ts';
import { type Caller, requireAdmin } from '../../platform/auth/identity.ts';
import type { Database } from '../../platform/database/database.ts';
import { exposition, type MetricJson } from '../../platform/metrics/exposition.ts';
import type { Valkey } from '../../platform/valkey/valkey.ts';
import type { StreamsService } from '../streams/streams.service.ts';
import type { FigureHistory } from './figure-history.ts';
import { NodeMetric } from './node-metric.ts';

export interface SystemServiceOptions {
  readonly version: string;
  readonly database: Pick<Database<unknown>, 'isUp'>;
  readonly valkey: Pick<Valkey, 'isUp'>;
  readonly mediaPlane: Pick<MediaPlane, 'ready' | 'nodes'>;
  readonly streams: Pick<StreamsService, 'uses'>;
  readonly history: Pick<FigureHistory, 'figures'>;
  readonly registry: Registry;
  readonly now: () => number;
}

type Parts = Health['parts'];

/** How the installation is. */
export class SystemService {
  readonly #o: SystemServiceOptions;
  readonly #active: Gauge<'source'>;
  readonly #limit: Gauge<'source'>;
  readonly #up: Gauge<'part'>;
  readonly #connected: Gauge<'media_node'>;

  constructor(options: SystemServiceOptions) {
    this.#o = options;
    const gauge = <L extends string>(name: string, help: string, label: L) =>
      new Gauge({ name, help, labelNames: [label] as const, registers: [options.registry] });
    this.#active = gauge('cctv_streams_active', 'What is charged to an agency’s quota now', 'source');
    this.#limit = gauge('cctv_streams_limit', 'Limit of an agency', 'source');
    this.#up = gauge('cctv_part_up', '1 while the api can use this part', 'part');
    this.#connected = gauge('cctv_media_node_connected', '1 while this api is connected to the node', 'media_node');
  }

  async health(): Promise<Health> {
    return { status: 'ok', version: this.#o.version, timestamp: this.#timestamp, parts: await this.#parts() };
  }

  async readiness() {
    const parts = await this.#parts();
    const ready = Object.values(parts).every((part) => part === 'ok');
    return { status: ready ? ('ready' as const) : ('not_ready' as const), timestamp: this.#timestamp, parts };
  }

  nodes(caller: Caller): MediaNodeInfo[] {
    requireAdmin(caller);
    return this.#o.mediaPlane.nodes().map(({ lease, rpc, cameras, liveStreams }) => ({
      id: lease.id,
      roles: lease.roles,
      rpc: lease.rpc,
      connected: rpc.connected,
      public_url: lease.public_url,
      started_at: new Date(lease.started_at).toISOString(),
      cameras: cameras.size,
      streams: liveStreams,
    }));
  }

  figures(caller: Caller): SystemFigures {
    requireAdmin(caller);
    return this.#o.history.figures;
  }

  /** This process's metrics and every node's, the latter with a label `node`. Who does not answer is left out. */
  async metrics(): Promise<string> {
    await Promise.all([this.#measureStreams(), this.#measureParts()]);
    const own = (await this.#o.registry.getMetricsAsJSON()) as readonly MetricJson[];
    const nodes = this.#o.mediaPlane.nodes().filter(({ rpc }) => rpc.connected);
    const answers = await Promise.all(
      nodes.map(async ({ id, rpc }) => {
        const { metrics } = await rpc.call('node.metrics', {}, 2_000).catch(() => ({ metrics: [] }));
        const known = metrics.flatMap((metric) => NodeMetric.safeParse(metric).data ?? []);
        return { labels: { node: id }, metrics: known as readonly MetricJson[] };
      }),
    );
    return exposition([{ labels: {}, metrics: own }, ...answers]);
  }

  get #timestamp(): string {
    return new Date(this.#o.now()).toISOString();
  }

  async #parts(): Promise<Parts> {
    const { database, valkey, mediaPlane } = this.#o;
    const [databaseUp, valkeyUp] = await Promise.all([database.isUp(), valkey.isUp()]);
    const word = (up: boolean) => (up ? ('ok' as const) : ('unavailable' as const));
    return { database: word(databaseUp), valkey: word(valkeyUp), media_nodes: word(mediaPlane.ready) };
  }

  /** A node that has gone for good is told of no more. */
  async #measureParts(): Promise<void> {
    for (const [part, word] of Object.entries(await this.#parts())) this.#up.set({ part }, word === 'ok' ? 1 : 0);
    this.#connected.reset();
    for (const { id, rpc } of this.#o.mediaPlane.nodes())
      this.#connected.set({ media_node: id }, rpc.connected ? 1 : 0);
  }

  /** While Valkey is away the gauges are empty: an old number would look like a true one. */
  async #measureStreams(): Promise<void> {
    this.#active.reset();
    this.#limit.reset();
    for (const { source, current, limit } of await this.#o.streams.uses().catch(() => [])) {
      this.#active.set({ source }, current);
      if (limit !== null) this.#limit.set({ source }, limit);
    }
  }
}
