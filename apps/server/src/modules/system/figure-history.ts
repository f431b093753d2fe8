import { type FigureSample, type NodeFigures, StreamState, type SystemFigures } from '@marsad/contract';
import type { Registry } from 'prom-client';
import type { MediaPlane } from '../../media-plane/media-plane.ts';
import { NodeMetric } from './node-metric.ts';

export interface FigureHistoryOptions {
  readonly mediaPlane: Pick<MediaPlane, 'nodes'>;
  /** The api's own metrics. */
  readonly registry: Pick<Registry, 'getSingleMetric'>;
  /** Wall clock, milliseconds. */
  readonly now: () => number;
  /** Monotonic, milliseconds: what rates are worked out with. Default `performance.now`. */
  readonly monotonic?: () => number;
  /** Between two samples, milliseconds. Default 5,000. */
  readonly interval?: number;
}

/** How far back is remembered, milliseconds. */
const memory = 600_000;

const viewers = 'cctv_viewers';
const streams = 'cctv_ingest_streams';
const resident = 'cctv_node_memory_bytes';
/** Counters, by the figure they are a part of. */
const counters = {
  bytesIn: ['cctv_ingest_bytes_total'],
  bytesOut: ['cctv_edge_bytes_total'],
  picturesDropped: ['cctv_edge_pictures_dropped_total', 'cctv_ingest_pictures_dropped_total'],
  packetsLost: ['cctv_ingest_packets_lost_total'],
} as const;
type Rate = keyof typeof counters;
const rates = Object.keys(counters) as Rate[];
const names = [viewers, streams, resident, ...Object.values(counters).flat()];

type Counts = Record<Rate, number>;

/** What one node said. */
interface Reading {
  readonly id: string;
  readonly at: number;
  readonly counts: Counts;
  readonly viewers: Record<string, number>;
  readonly streams: Record<string, number>;
  readonly memory: number | null;
}

/**
 * Figures of the last ten minutes for the people who look at the system now. Each api process keeps its own; whoever wants
 * more of the past has Prometheus ask for /metrics.
 */
export class FigureHistory {
  readonly #o: FigureHistoryOptions;
  readonly #interval: number;
  readonly #samples: FigureSample[] = [];
  #before = new Map<string, Reading>();
  #errorsBefore: { at: number; count: number } | null = null;
  #nodes: NodeFigures[] = [];
  #timer: NodeJS.Timeout | null = null;
  #taking = false;

  constructor(options: FigureHistoryOptions) {
    this.#o = options;
    this.#interval = options.interval ?? 5_000;
  }

  start(): void {
    this.#timer ??= setInterval(() => void this.take(), this.#interval);
  }

  close(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
  }

  get figures(): SystemFigures {
    return { interval_seconds: this.#interval / 1000, samples: [...this.#samples], nodes: this.#nodes };
  }

  /** Takes one sample. Never rejects; nodes that do not answer within two seconds are left out of it. */
  async take(): Promise<void> {
    if (this.#taking) return;
    this.#taking = true;
    try {
      const connected = this.#o.mediaPlane.nodes().filter(({ rpc }) => rpc.connected);
      const readings = (await Promise.all(connected.map((link) => this.#read(link)))).filter((each) => each !== null);
      const known = readings.map((reading) => ({ reading, perSecond: this.#perSecond(reading) }));
      // A node that missed one sample is compared with its last reading at the next.
      for (const reading of readings) this.#before.set(reading.id, reading);
      const here = new Set(this.#o.mediaPlane.nodes().map(({ id }) => id));
      for (const id of this.#before.keys()) if (!here.has(id)) this.#before.delete(id);
      const total = (rate: Rate) => known.reduce((sum, { perSecond }) => sum + perSecond[rate], 0);
      this.#nodes = known.map(({ reading, perSecond }) => ({
        id: reading.id,
        bits_in: Math.round(perSecond.bytesIn * 8),
        bits_out: Math.round(perSecond.bytesOut * 8),
        viewers: Object.values(reading.viewers).reduce((sum, count) => sum + count, 0),
        memory_bytes: reading.memory,
      }));
      this.#samples.push({
        at: new Date(this.#o.now()).toISOString(),
        bits_in: Math.round(total('bytesIn') * 8),
        bits_out: Math.round(total('bytesOut') * 8),
        viewers: added(readings.map((reading) => reading.viewers)),
        streams: added(readings.map((reading) => reading.streams)),
        pictures_dropped: round(total('picturesDropped')),
        packets_lost: round(total('packetsLost')),
        errors: round(await this.#errors()),
      });
      if (this.#samples.length > memory / this.#interval) this.#samples.shift();
    } finally {
      this.#taking = false;
    }
  }

  async #read({ id, rpc }: ReturnType<MediaPlane['nodes']>[number]): Promise<Reading | null> {
    const answer = await rpc.call('node.metrics', { names }, 2_000).catch(() => null);
    if (answer === null) return null;
    const metrics = answer.metrics.flatMap((metric) => NodeMetric.safeParse(metric).data ?? []);
    const valuesOf = (name: string) => metrics.find((metric) => metric.name === name)?.values ?? [];
    const sum = (name: string) => valuesOf(name).reduce((all, { value }) => all + value, 0);
    const by = (name: string, label: string) =>
      Object.fromEntries(valuesOf(name).map(({ value, labels }) => [String(labels[label]), value]));
    const counts = Object.fromEntries(
      rates.map((rate) => [rate, counters[rate].reduce((all, name) => all + sum(name), 0)]),
    ) as Counts;
    const states = Object.entries(by(streams, 'state')).filter(([state]) => StreamState.safeParse(state).success);
    return {
      id,
      at: this.#monotonic,
      counts,
      viewers: by(viewers, 'protocol'),
      streams: Object.fromEntries(states),
      memory: valuesOf(resident)[0]?.value ?? null,
    };
  }

  /** A node that was restarted counts from nothing: then what it has counted is all since then. */
  #perSecond(reading: Reading): Counts {
    const before = this.#before.get(reading.id);
    const seconds = before ? (reading.at - before.at) / 1000 : 0;
    return Object.fromEntries(
      rates.map((rate) => {
        if (!before || seconds <= 0) return [rate, 0];
        const [then, now] = [before.counts[rate], reading.counts[rate]];
        return [rate, (now >= then ? now - then : now) / seconds];
      }),
    ) as Counts;
  }

  async #errors(): Promise<number> {
    const requests = await this.#o.registry.getSingleMetric('cctv_api_requests_total')?.get();
    const count = (requests?.values ?? []).reduce(
      (sum, { value, labels }) => sum + (Number(labels['status']) >= 500 ? value : 0),
      0,
    );
    const [before, at] = [this.#errorsBefore, this.#monotonic];
    this.#errorsBefore = { at, count };
    return before && at > before.at ? ((count - before.count) * 1000) / (at - before.at) : 0;
  }

  get #monotonic(): number {
    return this.#o.monotonic?.() ?? performance.now();
  }
}

function added(all: readonly Record<string, number>[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const each of all) for (const [name, count] of Object.entries(each)) sums[name] = (sums[name] ?? 0) + count;
  return sums;
}

function round(perSecond: number): number {
  return Math.round(perSecond * 100) / 100;
}
