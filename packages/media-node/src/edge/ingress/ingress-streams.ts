import type { StreamStatus } from '@marsad/contract';
import type { Logger } from 'pino';
import { Fanout } from '../../ingest/stream/fanout.ts';
import type { StreamKey, StreamProvider, StreamSink, StreamSubscription } from '../../stream-provider.ts';

/** Begins the names of streams that live here; no camera is named so. */
const PREFIX = 'ingress/';

/** The streams of an edge: those published to its ingresses, and behind them all others. */
export class IngressStreams implements StreamProvider {
  readonly #others: StreamProvider;
  readonly #log: Logger;
  readonly #fanouts = new Map<string, Fanout>();
  #count = 0;

  constructor(options: { others: StreamProvider; log: Logger }) {
    this.#others = options.others;
    this.#log = options.log;
  }

  subscribe(key: StreamKey, sink: StreamSink): StreamSubscription {
    if (!key.camera.startsWith(PREFIX)) return this.#others.subscribe(key, sink);
    const known = key.profile === 'main' ? this.#fanouts.get(key.camera) : undefined;
    if (known) return known.attach(sink);
    return new Fanout({ status: ingressStatus('unsupported', 'STREAM_NOT_FOUND') }).attach(sink);
  }

  /** A new stream. Its name is never used again: who still holds an old one must not be taken for a viewer of this one. */
  open(ingress: string): { name: string; fanout: Fanout } {
    const name = `${PREFIX}${ingress}/${++this.#count}`;
    const fanout = new Fanout({
      status: ingressStatus('connecting', null),
      onSinkFailed: (error) => this.#log.error({ stream: name, err: error }, 'a sink failed and was detached'),
    });
    this.#fanouts.set(name, fanout);
    return { name, fanout };
  }

  close(name: string): void {
    const fanout = this.#fanouts.get(name);
    this.#fanouts.delete(name);
    fanout?.interrupted();
    fanout?.status(ingressStatus('offline', 'STREAM_ENDED'));
  }
}

export function ingressStatus(state: StreamStatus['state'], reason: StreamStatus['reason']): StreamStatus {
  return { state, reason, detail: null, since: Date.now(), last_picture_at: null, next_attempt_at: null };
}
