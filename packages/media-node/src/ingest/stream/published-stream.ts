import type { StreamReason } from '@marsad/contract';
import type { AccessUnit, Track } from '@marsad/media';
import type { Clock, Timer } from '../../clock/clock.ts';
import type { Publication, Published, Publisher } from '../../stream-publishing.ts';
import { newCounters, type SourceCounters } from '../source/source.ts';
import type { Fanout } from './fanout.ts';
import type { FedStream } from './fed-stream.ts';
import { StatusTeller } from './status-teller.ts';

export interface PublishedStreamOptions {
  /** Where the pictures go. Not closed with the stream. */
  readonly fanout: Fanout;
  readonly clock: Clock;
  /** Without a picture for longer than this it is `frozen`. Default 2 s. */
  readonly frozenMs?: number;
  /** Somebody began to publish, or nobody does any more (null). */
  readonly onPublished: (published: Published | null) => void;
}

/**
 * A stream that is brought to us. There is nothing to try again: while nobody publishes it is `offline`,
 * `NOT_PUBLISHED`, and it is live with the first picture of whoever comes.
 */
export class PublishedStream implements FedStream {
  readonly #options: PublishedStreamOptions;
  readonly #teller: StatusTeller;
  readonly #counters = newCounters();
  #publication: CurrentPublication | null = null;
  #closed = false;

  constructor(options: PublishedStreamOptions) {
    this.#options = options;
    this.#teller = new StatusTeller(options.fanout, options.clock);
    this.#teller.say('offline', 'NOT_PUBLISHED', null);
  }

  /** Null while somebody else publishes. */
  publish(publisher: Publisher): Publication | null {
    if (this.#closed || this.#publication) return null;
    const { fanout, clock, frozenMs = 2000, onPublished } = this.#options;
    this.#teller.say('connecting', null, null);
    const publication = new CurrentPublication({
      publisher,
      fanout,
      clock,
      frozenMs,
      teller: this.#teller,
      counters: this.#counters,
      ended: (detail) => this.#ended(detail),
    });
    this.#publication = publication;
    onPublished(publication.published);
    return publication;
  }

  /** Null while nobody publishes. */
  get published(): Published | null {
    return this.#publication?.published ?? null;
  }

  /** Disconnects who publishes. False when nobody does. */
  end(reason: string): boolean {
    const publication = this.#publication;
    if (!publication) return false;
    publication.close('STREAM_ENDED', reason);
    publication.publisher.end(reason);
    return true;
  }

  get counters(): Readonly<SourceCounters> {
    return this.#counters;
  }

  /** Nobody who publishes is asked beforehand. */
  readonly announced = null;

  get lastPictureAt(): number | null {
    return this.#teller.lastPictureAt;
  }

  /** Who publishes is not told whether anybody watches. */
  sinksChanged(): void {}

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.end('the stream is not wanted any more');
  }

  #ended(detail: string | null): void {
    const { fanout, onPublished } = this.#options;
    this.#publication = null;
    fanout.interrupted();
    this.#teller.say('offline', 'NOT_PUBLISHED', detail);
    onPublished(null);
  }
}

interface CurrentOptions extends Omit<PublishedStreamOptions, 'onPublished'> {
  readonly publisher: Publisher;
  readonly frozenMs: number;
  readonly teller: StatusTeller;
  readonly counters: SourceCounters;
  readonly ended: (detail: string | null) => void;
}

class CurrentPublication implements Publication {
  readonly published: Published;
  readonly publisher: Publisher;
  readonly #options: CurrentOptions;
  #watch: Timer | null = null;
  #lastPicture = 0;
  #hasTracks = false;
  #over = false;

  constructor(options: CurrentOptions) {
    this.#options = options;
    this.publisher = options.publisher;
    this.published = { at: options.clock.now(), by: options.publisher.user };
  }

  tracks(tracks: readonly Track[]): void {
    if (this.#over) return;
    this.#hasTracks = tracks.length > 0;
    this.#options.fanout.tracks(tracks);
  }

  unit(unit: AccessUnit): void {
    if (this.#over || !this.#hasTracks) return;
    const { fanout, clock, teller, counters } = this.#options;
    if (unit.kind === 'video') {
      counters.pictures++;
      this.#lastPicture = clock.monotonic();
      teller.lastPictureAt = unit.arrival;
      if (fanout.currentStatus.state !== 'live') teller.say('live', null, null);
      this.#watch ??= clock.after(500, () => this.#look());
    }
    fanout.push(unit);
  }

  count({ bytes, packets, packetsLost }: { bytes: number; packets: number; packetsLost: number }): void {
    const { counters } = this.#options;
    counters.bytes += bytes;
    counters.packets += packets;
    counters.packetsLost += packetsLost;
  }

  close(_reason: StreamReason, detail: string | null): void {
    if (this.#over) return;
    this.#over = true;
    this.#watch?.cancel();
    this.#options.ended(detail);
  }

  /** Twice a second while pictures come: do they still? */
  #look(): void {
    const { clock, frozenMs, teller } = this.#options;
    const silent = clock.monotonic() - this.#lastPicture;
    if (silent >= frozenMs) teller.say('frozen', 'NO_PICTURE', null);
    this.#watch = clock.after(500, () => this.#look());
  }
}
