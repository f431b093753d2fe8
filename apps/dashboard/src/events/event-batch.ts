import type { HubEvent, Source } from '@marsad/contract';

type EventOf<T extends HubEvent['type']> = Extract<HubEvent, { type: T }>['data'];

/** What came since the last batch: of each thing only its newest state, and every alert. */
export interface Batch {
  readonly cameras: ReadonlyMap<string, EventOf<'CAMERA_STATUS'>>;
  readonly limits: ReadonlyMap<Source, EventOf<'AGENCY_LIMIT_UPDATE'>>;
  readonly stats: EventOf<'STREAM_STATS'> | null;
  readonly alerts: readonly EventOf<'ALERT'>[];
}

export interface EventBatchOptions {
  readonly deliver: (batch: Batch) => void;
  /** Runs it once, soon; answers how to call it off. */
  readonly schedule?: (run: () => void) => () => void;
}

const gap = 100;
const mostAlerts = 50;

/**
 * On the next picture of the screen, but ten times a second at most: a storm of events must not leave the page without
 * time for its pictures. A hidden page draws none, so there a timer does it.
 */
function soon(run: () => void): () => void {
  let frame = 0;
  const timer = setTimeout(() => {
    if (document.visibilityState === 'hidden') run();
    else frame = requestAnimationFrame(run);
  }, gap);
  return () => {
    clearTimeout(timer);
    cancelAnimationFrame(frame);
  };
}

/** Collects events and hands them on together. Its memory is bounded by the number of cameras, however many events come. */
export class EventBatch {
  readonly #deliver: EventBatchOptions['deliver'];
  readonly #schedule: (run: () => void) => () => void;
  #cameras = new Map<string, EventOf<'CAMERA_STATUS'>>();
  #limits = new Map<Source, EventOf<'AGENCY_LIMIT_UPDATE'>>();
  #stats: EventOf<'STREAM_STATS'> | null = null;
  #alerts: EventOf<'ALERT'>[] = [];
  #cancel: (() => void) | null = null;

  constructor({ deliver, schedule = soon }: EventBatchOptions) {
    this.#deliver = deliver;
    this.#schedule = schedule;
  }

  /** A message that is not an event we know is left out: a newer server may say more. */
  add(text: string): void {
    const event = parse(text);
    switch (event?.type) {
      case 'CAMERA_STATUS':
        this.#cameras.set(event.data.camera_id, event.data);
        break;
      case 'AGENCY_LIMIT_UPDATE':
        this.#limits.set(event.data.source, event.data);
        break;
      case 'STREAM_STATS':
        this.#stats = event.data;
        // Newer than every number before it.
        this.#limits.clear();
        break;
      case 'ALERT':
        if (this.#alerts.length < mostAlerts) this.#alerts.push(event.data);
        break;
      default:
        return;
    }
    this.#cancel ??= this.#schedule(this.#flush);
  }

  /** What was not delivered yet is dropped. */
  clear(): void {
    this.#cancel?.();
    this.#take();
  }

  readonly #flush = (): void => {
    const batch = this.#take();
    this.#deliver(batch);
  };

  #take(): Batch {
    const batch = { cameras: this.#cameras, limits: this.#limits, stats: this.#stats, alerts: this.#alerts };
    this.#cameras = new Map();
    this.#limits = new Map();
    this.#stats = null;
    this.#alerts = [];
    this.#cancel = null;
    return batch;
  }
}

function parse(text: string): HubEvent | null {
  try {
    const value: unknown = JSON.parse(text);
    const known = typeof value === 'object' && value !== null && 'type' in value && 'data' in value;
    return known && typeof value.data === 'object' && value.data !== null ? (value as HubEvent) : null;
  } catch {
    return null;
  }
}
