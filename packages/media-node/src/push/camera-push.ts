import type { StreamStatus } from '@marsad/contract';
import type { VideoTrack } from '@marsad/media';
import type { Logger } from 'pino';
import { type Counter, Registry } from 'prom-client';
import { EdgeMetrics } from '../edge/edge-metrics.ts';
import { BurstPacer } from '../edge/egress/burst-pacer.ts';
import { EgressClock } from '../edge/egress/egress-clock.ts';
import { Feeds } from '../edge/feed/feeds.ts';
import { Ingest, type StreamAddress } from '../ingest/ingest.ts';
import { RtspPullFactory } from '../ingest/source/rtsp-pull-source.ts';
import type { PushTarget } from './push-session.ts';
import { type PushStatus, WhipPusher } from './whip-pusher.ts';

export interface CameraPushOptions {
  readonly camera: StreamAddress & {
    /** `rtsps`: whether a certificate that cannot be verified ends the connection. */
    readonly verifyCertificate: boolean;
  };
  readonly target: PushTarget;
  readonly log: Logger;
  /** Every change of the camera's state. */
  readonly onCamera: (status: StreamStatus) => void;
  /** Every change of the push. */
  readonly onPush: (status: PushStatus) => void;
}

/** What was sent since the start. */
export interface PushFigures {
  readonly pictures: number;
  readonly packets: number;
  readonly bytes: number;
  /** Packets that were sent again because the server missed them. */
  readonly again: number;
  /** Pictures that could not be sent because the connection was too slow. */
  readonly dropped: number;
}

const CAMERA = 'camera';

/** One camera pushed to one WHIP server, with nothing else around: what a media node does for many, as a tool. */
export class CameraPush {
  readonly #ingest: Ingest;
  readonly #feeds: Feeds;
  readonly #pacer = new BurstPacer();
  readonly #clock = new EgressClock();
  readonly #metrics = new EdgeMetrics(new Registry());
  readonly #pusher: WhipPusher;
  readonly #camera: CameraPushOptions['camera'];
  #closing: Promise<void> | null = null;

  constructor(options: CameraPushOptions) {
    const { camera, target, log, onCamera, onPush } = options;
    this.#camera = camera;
    this.#ingest = new Ingest({
      connect: (address) => new RtspPullFactory({ ...address, verifyCertificate: camera.verifyCertificate }),
      onStatus: ({ profile }, status) => profile === 'main' && onCamera(status),
      log,
    });
    this.#feeds = new Feeds({ streams: this.#ingest, log, metrics: this.#metrics });
    const parts = { feeds: this.#feeds, pacer: this.#pacer, clock: this.#clock, metrics: this.#metrics, log };
    this.#pusher = new WhipPusher({ parts, key: { camera: CAMERA, profile: 'main' }, target, onStatus: onPush });
  }

  /** What the camera sends; null until that is known. */
  get video(): VideoTrack | null {
    return this.#pusher.video;
  }

  start(): void {
    const { url, transport } = this.#camera;
    this.#ingest.assign(1, [{ id: CAMERA, main: { url }, sub: null, mode: 'always', transport }]);
    this.#pusher.start();
  }

  async figures(): Promise<PushFigures> {
    const { pictures, packets, bytes, retransmitted, droppedPictures } = this.#metrics;
    const [shown, sent, size, again, dropped] = await Promise.all(
      [pictures, packets, bytes, retransmitted, droppedPictures].map(countOf),
    );
    return { pictures: shown ?? 0, packets: sent ?? 0, bytes: size ?? 0, again: again ?? 0, dropped: dropped ?? 0 };
  }

  /** Resolves when the server was told. Safe to call twice. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#pusher.close();
    this.#clock.close();
    this.#pacer.close();
    this.#feeds.close();
    this.#ingest.close();
  }
}

async function countOf(counter: Counter): Promise<number> {
  return (await counter.get()).values[0]?.value ?? 0;
}
