import type { PacketisedPicture } from '../feed/packetised-picture.ts';

interface Sent {
  readonly picture: PacketisedPicture;
  readonly firstSequence: number;
  readonly timestamp: number;
}

/** What a sequence number was. */
export interface SentPacket {
  readonly picture: PacketisedPicture;
  readonly index: number;
  readonly timestamp: number;
}

/**
 * The last pictures a viewer was sent, to answer its NACKs: references into the feed's packets, which all viewers of
 * the feed share. Sequence numbers are 16 bits.
 */
export class SentPictures {
  readonly #ring: (Sent | undefined)[];
  #at = 0;

  constructor(pictures = 48) {
    this.#ring = new Array<Sent | undefined>(pictures);
  }

  add(picture: PacketisedPicture, firstSequence: number, timestamp: number): void {
    this.#ring[this.#at] = { picture, firstSequence, timestamp };
    this.#at = (this.#at + 1) % this.#ring.length;
  }

  find(sequence: number): SentPacket | null {
    for (const sent of this.#ring) {
      if (!sent) continue;
      const index = (sequence - sent.firstSequence) & 0xffff;
      if (index < sent.picture.packets.length) return { picture: sent.picture, index, timestamp: sent.timestamp };
    }
    return null;
  }

  clear(): void {
    this.#ring.fill(undefined);
  }
}
