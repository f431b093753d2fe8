import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import type { Publication, Publisher } from '../../stream-publishing.ts';
import type { Room } from '../rooms/room.ts';
import type { Rooms } from '../rooms/rooms.ts';
import { newSid } from '../rooms/sid.ts';
import type { KnownKeys } from '../whip/whip-endpoint.ts';
import type { Ingress, IngressFile } from './ingress-file.ts';
import { IngressPublication } from './ingress-publication.ts';
import type { IngressStreams } from './ingress-streams.ts';

/** More than these are not made. */
const MAX_INGRESSES = 5000;

/** An ingress and who publishes to it now. */
export interface IngressView {
  readonly ingress: Ingress;
  readonly publication: IngressPublication | null;
  /** When its publisher's first picture came, milliseconds since the epoch; 0 while nobody publishes. */
  readonly startedAt: number;
}

export interface IngressesOptions {
  readonly rooms: Rooms;
  readonly streams: IngressStreams;
  /** Null forgets them with the process. */
  readonly file: IngressFile | null;
  readonly onStarted: (view: IngressView, room: Room) => void;
  readonly onEnded: (view: IngressView) => void;
  readonly log: Logger;
}

interface Entry {
  ingress: Ingress;
  publication: IngressPublication | null;
  startedAt: number;
}

/** The ingresses of this edge. */
export class Ingresses implements KnownKeys {
  readonly #options: IngressesOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #byKey = new Map<string, Entry>();

  constructor(options: IngressesOptions) {
    this.#options = options;
  }

  /** Takes up what was kept. Rejects when that cannot be read. */
  async start(): Promise<void> {
    const { file, log } = this.#options;
    const kept = await file?.load((error) => log.error({ err: error }, 'the ingresses that were kept make no sense'));
    for (const ingress of kept ?? []) this.#add(ingress);
  }

  get all(): readonly IngressView[] {
    return [...this.#entries.values()];
  }

  get(id: string): IngressView | undefined {
    return this.#entries.get(id);
  }

  /** Resolves once it is kept; null when there are too many. Rejects, and there is none, when it cannot be kept. */
  async create(of: Omit<Ingress, 'id' | 'streamKey'>): Promise<IngressView | null> {
    if (this.#entries.size >= MAX_INGRESSES) return null;
    const entry = this.#add({ ...of, id: newSid('IN'), streamKey: randomBytes(24).toString('base64url') });
    try {
      await this.#save();
    } catch (error) {
      this.#remove(entry);
      throw error;
    }
    return entry;
  }

  /** What a publisher who is here was let in for stays; the rest is for the next one. Disabled, he has to go. */
  async update(id: string, changes: Partial<Omit<Ingress, 'id' | 'streamKey'>>): Promise<IngressView | null> {
    const entry = this.#entries.get(id);
    if (!entry) return null;
    entry.ingress = { ...entry.ingress, ...changes };
    if (!entry.ingress.enabled) entry.publication?.end('the ingress was disabled');
    await this.#save();
    return entry;
  }

  /** The ingress as it was; null when there is none. Whoever publishes to it has to go. */
  async delete(id: string): Promise<IngressView | null> {
    const entry = this.#entries.get(id);
    if (!entry) return null;
    this.#remove(entry);
    entry.publication?.end('the ingress was deleted');
    await this.#save();
    return entry;
  }

  door(key: string): ReturnType<KnownKeys['door']> {
    const entry = this.#byKey.get(key);
    if (!entry) return null;
    return { stream: `ingress/${entry.ingress.id}`, publish: (publisher) => this.#publish(entry, publisher) };
  }

  #publish(entry: Entry, publisher: Publisher): Publication | string | null {
    const { ingress } = entry;
    const { rooms, streams, onStarted, onEnded } = this.#options;
    if (!ingress.enabled) return 'the ingress is disabled';
    if (entry.publication) return null;
    if (rooms.get(ingress.roomName)?.hasPublisher(ingress.participantIdentity)) {
      return `somebody publishes in the room as ${ingress.participantIdentity}`;
    }
    const publication = new IngressPublication({
      ingress,
      rooms,
      streams,
      publisher,
      onStarted: (room) => {
        entry.startedAt = Date.now();
        onStarted(entry, room);
      },
      onClosed: (started) => {
        if (entry.publication !== publication) return;
        entry.publication = null;
        if (started) onEnded(entry);
        entry.startedAt = 0;
      },
    });
    entry.publication = publication;
    return publication;
  }

  #add(ingress: Ingress): Entry {
    const entry: Entry = { ingress, publication: null, startedAt: 0 };
    this.#entries.set(ingress.id, entry);
    this.#byKey.set(ingress.streamKey, entry);
    return entry;
  }

  #remove({ ingress }: Entry): void {
    this.#entries.delete(ingress.id);
    this.#byKey.delete(ingress.streamKey);
  }

  async #save(): Promise<void> {
    await this.#options.file?.save([...this.#entries.values()].map(({ ingress }) => ingress));
  }
}
