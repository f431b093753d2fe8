import type { AccessAnswer, AccessRequest, StreamReason } from '@marsad/contract';
import type { AccessUnit, Track } from '@marsad/media';
import type { StreamKey } from '../../stream-provider.ts';
import type { Publication, Publisher, StreamPublishing } from '../../stream-publishing.ts';
import type { Access } from '../access.ts';

/** Streams that were published to an edge, kept in memory. For tests. */
export class MemoryPublishing implements StreamPublishing {
  readonly published: MemoryPublication[] = [];

  publish(key: StreamKey, publisher: Publisher): Publication | null {
    const name = `${key.profile}/${key.camera}`;
    if (this.published.some((each) => each.name === name && each.closed === null)) return null;
    const publication = new MemoryPublication(name, publisher);
    this.published.push(publication);
    return publication;
  }
}

export class MemoryPublication implements Publication {
  readonly name: string;
  readonly publisher: Publisher;
  readonly trackSets: (readonly Track[])[] = [];
  readonly units: AccessUnit[] = [];
  readonly counted = { bytes: 0, packets: 0, packetsLost: 0 };
  closed: { reason: StreamReason; detail: string | null } | null = null;

  constructor(name: string, publisher: Publisher) {
    this.name = name;
    this.publisher = publisher;
  }

  get pictures(): AccessUnit[] {
    return this.units.filter((unit) => unit.kind === 'video');
  }

  tracks(tracks: readonly Track[]): void {
    this.trackSets.push(tracks);
  }

  unit(unit: AccessUnit): void {
    this.units.push(unit);
  }

  count(figures: { bytes: number; packets: number; packetsLost: number }): void {
    this.counted.bytes += figures.bytes;
    this.counted.packets += figures.packets;
    this.counted.packetsLost += figures.packetsLost;
  }

  close(reason: StreamReason, detail: string | null): void {
    this.closed ??= { reason, detail };
  }
}

/** Lets everybody publish the camera whose id is the path after `key-`. For tests. */
export class KeyAccess implements Access {
  readonly asked: AccessRequest[] = [];
  readonly closedSessions: string[] = [];

  async ask(request: AccessRequest): Promise<AccessAnswer> {
    this.asked.push(request);
    const camera = /^key-(.+)$/.exec(request.path)?.[1];
    return camera === undefined
      ? { outcome: 'refused', reason: 'NOT_FOUND', detail: 'no such stream key' }
      : { outcome: 'publish', camera, profile: request.profile };
  }

  closed(session: string): void {
    this.closedSessions.push(session);
  }
}
