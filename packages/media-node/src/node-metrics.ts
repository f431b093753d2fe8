import { monitorEventLoopDelay } from 'node:perf_hooks';
import { streamStates } from '@marsad/contract';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Ingest, IngestStream } from './ingest/ingest.ts';

/**
 * The figures of one node. They are read from the streams when somebody asks, so that the hot path counts in plain
 * numbers. Only state and age of the last picture are told per camera.
 */
export class NodeMetrics {
  readonly #delay = monitorEventLoopDelay({ resolution: 20 });
  /** What closed streams had counted: a counter must not go back when a camera is taken away. */
  readonly #closed = new Map<string, number>();

  constructor(registry: Registry, ingest: Ingest) {
    this.#delay.enable();
    const delay = this.#delay;
    new Gauge({
      name: 'cctv_node_event_loop_delay_seconds',
      help: 'Delay of the event loop since the last time this was read',
      labelNames: ['quantile'],
      registers: [registry],
      collect() {
        this.set({ quantile: '0.5' }, delay.percentile(50) / 1e9);
        this.set({ quantile: '0.99' }, delay.percentile(99) / 1e9);
        this.set({ quantile: '1' }, delay.max / 1e9);
        delay.reset();
      },
    });
    new Gauge({
      name: 'cctv_node_memory_bytes',
      help: 'Resident memory of the node',
      registers: [registry],
      collect() {
        this.set(process.memoryUsage.rss());
      },
    });
    this.#ingest(registry, ingest);
  }

  close(): void {
    this.#delay.disable();
  }

  #ingest(registry: Registry, ingest: Ingest): void {
    this.#counter(
      registry,
      ingest,
      'cctv_ingest_bytes_total',
      'Bytes received from cameras',
      (s) => s.stream.counters.bytes,
    );
    this.#counter(
      registry,
      ingest,
      'cctv_ingest_packets_total',
      'RTP packets received',
      (s) => s.stream.counters.packets,
    );
    this.#counter(
      registry,
      ingest,
      'cctv_ingest_packets_lost_total',
      'RTP packets that never came',
      (s) => s.stream.counters.packetsLost,
    );
    this.#counter(
      registry,
      ingest,
      'cctv_ingest_pictures_total',
      'Pictures received',
      (s) => s.stream.counters.pictures,
    );
    this.#counter(
      registry,
      ingest,
      'cctv_ingest_pictures_lost_total',
      'Pictures that arrived with holes and were not passed on',
      (s) => s.stream.counters.picturesLost,
    );
    this.#counter(
      registry,
      ingest,
      'cctv_ingest_pictures_dropped_total',
      'Pictures that slow sinks were not given',
      (s) => s.fanout.dropped,
    );
    gauge(registry, 'cctv_ingest_gop_bytes', 'Bytes in GOP caches', () => sum(ingest, (s) => s.fanout.gop.bytes));
    gauge(registry, 'cctv_ingest_sinks', 'Sinks attached to streams', () => sum(ingest, (s) => s.fanout.sinks));
    new Gauge({
      name: 'cctv_ingest_streams',
      help: 'Streams by state',
      labelNames: ['state'],
      registers: [registry],
      collect() {
        for (const state of streamStates) this.set({ state }, 0);
        for (const { fanout } of ingest.streams()) this.inc({ state: fanout.currentStatus.state });
      },
    });
    new Gauge({
      name: 'cctv_ingest_stream_state',
      help: '1 for the state a stream is in',
      labelNames: ['camera', 'profile', 'state'],
      registers: [registry],
      collect() {
        this.reset();
        for (const { key, fanout } of ingest.streams()) {
          this.set({ camera: key.camera, profile: key.profile, state: fanout.currentStatus.state }, 1);
        }
      },
    });
    new Gauge({
      name: 'cctv_ingest_last_picture_age_seconds',
      help: 'Time since the last picture of a stream that ever had one',
      labelNames: ['camera', 'profile'],
      registers: [registry],
      collect() {
        this.reset();
        for (const { key, stream } of ingest.streams()) {
          if (stream.lastPictureAt === null) continue;
          const age = Math.max(0, Date.now() - stream.lastPictureAt) / 1000;
          this.set({ camera: key.camera, profile: key.profile }, age);
        }
      },
    });
  }

  #counter(
    registry: Registry,
    ingest: Ingest,
    name: string,
    help: string,
    read: (stream: IngestStream) => number,
  ): void {
    const closed = this.#closed;
    let told = 0;
    new Counter({
      name,
      help,
      registers: [registry],
      collect() {
        const now = sum(ingest, read) + (closed.get(name) ?? 0);
        // A stream that was closed since takes its count along: what is missing is remembered as closed.
        if (now < told) closed.set(name, (closed.get(name) ?? 0) + told - now);
        else this.inc(now - told);
        told = Math.max(told, now);
      },
    });
  }
}

function gauge(registry: Registry, name: string, help: string, read: () => number): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(read());
    },
  });
}

function sum(ingest: Ingest, read: (stream: IngestStream) => number): number {
  let total = 0;
  for (const stream of ingest.streams()) total += read(stream);
  return total;
}
