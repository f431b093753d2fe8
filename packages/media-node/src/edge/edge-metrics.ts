import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** The edge's figures. One set per edge; registering twice in one registry takes what is there. */
export class EdgeMetrics {
  readonly viewers: Gauge<'protocol'>;
  readonly publishers: Gauge<'protocol'>;
  readonly connections: Gauge<'protocol'>;
  readonly tracks: Gauge;
  readonly rooms: Gauge;
  readonly feeds: Gauge;
  readonly pictures: Counter;
  readonly packets: Counter;
  readonly bytes: Counter;
  readonly droppedPictures: Counter;
  readonly nacks: Counter;
  readonly retransmitted: Counter;
  readonly plis: Counter;
  readonly gopReplays: Counter;
  readonly delay: Histogram;
  readonly webhooksLost: Counter;

  constructor(registry: Registry) {
    const registers = [registry];
    const counter = (name: string, help: string): Counter => {
      const found = registry.getSingleMetric(name);
      return found instanceof Counter ? found : new Counter({ name, help, registers });
    };
    const gauge = <T extends string = string>(name: string, help: string, labelNames: T[] = []): Gauge<T> => {
      const found = registry.getSingleMetric(name);
      return found instanceof Gauge ? found : new Gauge<T>({ name, help, labelNames, registers });
    };
    this.viewers = gauge('cctv_viewers', 'Connected viewers', ['protocol']);
    this.publishers = gauge('cctv_publishers', 'Connected publishers', ['protocol']);
    this.connections = gauge('cctv_edge_connections', 'Open connections, in use or not', ['protocol']);
    this.tracks = gauge('cctv_edge_tracks', 'Tracks offered to viewers, shown or paused');
    this.rooms = gauge('cctv_edge_rooms', 'Rooms');
    this.feeds = gauge('cctv_edge_feeds', 'Streams this edge takes in');
    this.pictures = counter('cctv_edge_pictures_total', 'Pictures packetised');
    this.packets = counter('cctv_edge_packets_total', 'RTP packets sent to viewers');
    this.bytes = counter('cctv_edge_bytes_total', 'RTP payload bytes sent to viewers');
    this.droppedPictures = counter('cctv_edge_pictures_dropped_total', 'Pictures a slow viewer was not sent');
    this.nacks = counter('cctv_edge_nacks_total', 'Packets viewers reported missing');
    this.retransmitted = counter('cctv_edge_retransmitted_total', 'Packets sent again');
    this.plis = counter('cctv_edge_plis_total', 'Key pictures viewers asked for');
    this.gopReplays = counter('cctv_edge_gop_replays_total', 'Groups of pictures replayed to a viewer');
    this.webhooksLost = counter('cctv_edge_webhooks_lost_total', 'Webhooks given up or dropped from a full queue');
    const delay = registry.getSingleMetric('cctv_edge_delay_seconds');
    this.delay =
      delay instanceof Histogram
        ? delay
        : new Histogram({
            name: 'cctv_edge_delay_seconds',
            help: 'From arrival of a live picture at the ingest to its first packet leaving here',
            buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1],
            registers,
          });
  }
}
