import type { HubEvent, Source } from '@marsad/contract';
import type { CameraLive } from '../../media-plane/camera-live.ts';
import type { MediaPlane } from '../../media-plane/media-plane.ts';
import type { ChangeBus } from '../../platform/events/change-bus.ts';
import type { Log } from '../../platform/log/log.ts';
import type { CamerasService } from '../cameras/cameras.service.ts';
import { type StatsSnapshot, type StreamsService, statsFor } from '../streams/streams.service.ts';
import { type AgencyUse, alertsBetween } from './agency-alerts.ts';
import type { EventHub } from './events.hub.ts';
import type { HubConnection } from './hub-connection.ts';

export interface EventFeedOptions {
  readonly hub: EventHub;
  readonly streams: Pick<StreamsService, 'snapshot'>;
  readonly cameras: Pick<CamerasService, 'briefs'>;
  readonly mediaPlane: Pick<MediaPlane, 'on' | 'off'>;
  readonly changes: Pick<ChangeBus, 'listen'>;
  readonly log: Log;
  /** Wall clock, milliseconds. */
  readonly now: () => number;
  /** Between two statistics without any change, milliseconds. Default 5,000. */
  readonly interval?: number;
  /** Between two because of changes. Default 250. */
  readonly debounce?: number;
}

/** Fills the hub: statistics, limits, cameras, alerts. Each process looks for itself, for those who listen to it. */
export class EventFeed {
  readonly #o: EventFeedOptions;
  readonly #cameras = new Map<string, CameraLive>();
  #timer: NodeJS.Timeout | null = null;
  #soon: NodeJS.Timeout | null = null;
  #telling: NodeJS.Timeout | null = null;
  #looking = false;
  #again = false;
  #last: StatsSnapshot | null = null;
  #uses: ReadonlyMap<Source, AgencyUse> = new Map();
  #closed = false;

  constructor(options: EventFeedOptions) {
    this.#o = options;
  }

  start(): void {
    const { mediaPlane, changes } = this.#o;
    this.#timer = setInterval(() => void this.#look(), this.#o.interval ?? 5_000);
    changes.listen(this.#changed);
    mediaPlane.on('camera', this.#camera);
    mediaPlane.on('node', this.#node);
  }

  close(): void {
    this.#closed = true;
    for (const timer of [this.#timer, this.#soon, this.#telling]) if (timer) clearTimeout(timer);
    this.#o.mediaPlane.off('camera', this.#camera);
    this.#o.mediaPlane.off('node', this.#node);
  }

  /** What somebody new hears first: what everybody heard last, or as soon as it is known. */
  readonly greet = (connection: HubConnection): void => {
    if (this.#last) connection.sendEvent(statsEvent(this.#last, connection.sources));
    this.#changed();
  };

  readonly #changed = (): void => {
    if (this.#closed) return;
    this.#soon ??= setTimeout(() => {
      this.#soon = null;
      void this.#look();
    }, this.#o.debounce ?? 250);
  };

  async #look(): Promise<void> {
    const { hub, streams, log } = this.#o;
    if (this.#looking) {
      this.#again = true;
      return;
    }
    if (!hub.isHeard || this.#closed) {
      this.#last = null;
      return;
    }
    this.#looking = true;
    try {
      const snapshot = await streams.snapshot();
      if (this.#closed) return;
      this.#last = snapshot;
      this.#tellStats(snapshot);
      this.#tellLimits(snapshot);
    } catch (error) {
      log.debug({ err: error }, 'statistics are not known at the moment');
    } finally {
      this.#looking = false;
      if (this.#again) {
        this.#again = false;
        this.#changed();
      }
    }
  }

  /** Written once for all who may see the same agencies. */
  #tellStats(snapshot: StatsSnapshot): void {
    const texts = new Map<string, string>();
    for (const connection of this.#o.hub.listeners()) {
      const key = connection.sources.join();
      const text = texts.get(key) ?? JSON.stringify(statsEvent(snapshot, connection.sources));
      texts.set(key, text);
      connection.send(text);
    }
  }

  #tellLimits({ uses, timestamp }: StatsSnapshot): void {
    const { hub } = this.#o;
    const now = new Map(uses.map(({ source, current, limit }) => [source, { current, limit }]));
    for (const [source, use] of now) {
      const before = this.#uses.get(source);
      if (before?.current === use.current && before.limit === use.limit) continue;
      hub.broadcast({ type: 'AGENCY_LIMIT_UPDATE', data: { source, ...use }, timestamp }, source);
      // The first look only shows how things are: that is news to nobody.
      if (before === undefined) continue;
      for (const data of alertsBetween(source, before, use)) hub.broadcast({ type: 'ALERT', data, timestamp }, source);
    }
    this.#uses = now;
  }

  /** Many cameras change at once when a node goes; each is told once, as it is then. */
  readonly #camera = (id: string, live: CameraLive): void => {
    if (!this.#o.hub.isHeard) return;
    this.#cameras.set(id, live);
    this.#telling ??= setTimeout(() => {
      this.#telling = null;
      void this.#tellCameras();
    }, 50);
  };

  async #tellCameras(): Promise<void> {
    const changed = new Map(this.#cameras);
    this.#cameras.clear();
    try {
      const briefs = await this.#o.cameras.briefs([...changed.keys()]);
      for (const [id, live] of changed) {
        const source = briefs.get(id)?.source;
        if (source !== undefined) this.#o.hub.broadcast(cameraEvent(id, source, live, this.#timestamp), source);
      }
    } catch (error) {
      this.#o.log.debug({ err: error }, 'changes of cameras could not be told');
    }
  }

  readonly #node = (id: string, here: boolean): void => {
    const data = here
      ? {
          type: 'MEDIA_NODE_BACK',
          severity: 'info' as const,
          message: `Media node ${id} is back`,
          message_en: `Media node ${id} is back`,
          message_ar: `عادت عقدة الوسائط ${id} إلى العمل`,
          source: null,
        }
      : {
          type: 'MEDIA_NODE_LOST',
          severity: 'critical' as const,
          message: `Media node ${id} does not answer`,
          message_en: `Media node ${id} does not answer`,
          message_ar: `عقدة الوسائط ${id} لا تستجيب`,
          source: null,
        };
    this.#o.hub.broadcast({ type: 'ALERT', data, timestamp: this.#timestamp }, null);
  };

  get #timestamp(): string {
    return new Date(this.#o.now()).toISOString();
  }
}

function statsEvent(snapshot: StatsSnapshot, sources: readonly Source[]): HubEvent {
  const counts = snapshot.uses.flatMap(({ source, current }) => (sources.includes(source) ? [[source, current]] : []));
  const data = { ...statsFor(snapshot, sources), per_source_count: Object.fromEntries(counts) };
  return { type: 'STREAM_STATS', data, timestamp: snapshot.timestamp };
}

function cameraEvent(id: string, source: Source, { status, stream }: CameraLive, timestamp: string): HubEvent {
  const time = (ms: number) => new Date(ms).toISOString();
  return {
    type: 'CAMERA_STATUS',
    data: {
      camera_id: id,
      source,
      status,
      state: stream.state,
      state_reason: stream.reason,
      state_detail: stream.detail,
      state_since: time(stream.since),
      last_picture_at: stream.last_picture_at === null ? null : time(stream.last_picture_at),
    },
    timestamp,
  };
}
