import type { StreamProfile } from '../encoding/profile.ts';
import { BandLayout } from './band-layout.ts';
import { interSlice, intraSlice, type PictureHead } from './band-slices.ts';
import { grayCode } from './barcode.ts';

/** Slices in which nothing but the barcode moves are the same for every camera of a profile: they are kept. */
const CACHE_LIMIT = 20_000;
const shared = new Map<string, Map<string, Buffer>>();

export interface BandMoment {
  /** Number shown in the barcode. */
  readonly frame: number;
  /** Time shown on the clock, in milliseconds since the epoch. */
  readonly epochMs: number;
  /** Where the camera looks, up to 15 characters and always as many; null for one that cannot be moved. */
  readonly position: string | null;
}

/** Makes the band's slice for each picture of one camera and profile. Keeps no state from picture to picture. */
export class BandComposer {
  readonly #layout: BandLayout;
  readonly #cache: Map<string, Buffer>;

  /** `movable`: whether there is to be room for a position. */
  constructor(profile: StreamProfile, name: string, caption: string, movable = false) {
    this.#layout = new BandLayout(profile, name, caption, movable);
    this.#cache = shared.get(profile.name) ?? new Map();
    shared.set(profile.name, this.#cache);
  }

  key(head: PictureHead, now: BandMoment): Buffer {
    return intraSlice(head, this.#at(now), this.#layout.columns);
  }

  /** `before` is the moment of the picture before, which this one refers to. */
  between(head: PictureHead, before: BandMoment, now: BandMoment): Buffer {
    const sameSecond = Math.floor(before.epochMs / 1000) === Math.floor(now.epochMs / 1000);
    if (!sameSecond || before.position !== now.position) return this.#inter(head, before, now);
    const gray = grayCode(now.frame);
    const changed = (grayCode(before.frame) ^ gray) >>> 0;
    const key = `${head.nalHeader}.${head.header}.${changed}.${(changed & gray) >>> 0}.${parity(gray)}`;
    let slice = this.#cache.get(key);
    if (slice === undefined) {
      slice = this.#inter(head, before, now);
      if (this.#cache.size >= CACHE_LIMIT) this.#cache.clear();
      this.#cache.set(key, slice);
    }
    return slice;
  }

  #at({ frame, epochMs, position }: BandMoment) {
    return this.#layout.at(frame, epochMs, position);
  }

  #inter(head: PictureHead, before: BandMoment, now: BandMoment): Buffer {
    return interSlice(head, this.#at(before), this.#at(now), this.#layout.columns, this.#layout.barcode);
  }
}

function parity(value: number): number {
  let bits = value;
  for (const shift of [16, 8, 4, 2, 1]) bits ^= bits >>> shift;
  return bits & 1;
}
