import type { AccessUnit } from '@marsad/media';

export interface GopCacheOptions {
  /** Payload bytes kept at most. Default 16 MiB. */
  readonly maxBytes?: number;
  /** Units kept at most, so that a flood of empty pictures is bounded too. Default 10,000. */
  readonly maxUnits?: number;
}

const none: readonly AccessUnit[] = [];

/**
 * The group of pictures now being received: the last key picture and everything after it, audio included.
 *
 * A group that outgrows its bounds is given up as a whole, because a GOP with a hole cannot be decoded; the cache is
 * then empty until the next key picture.
 */
export class GopCache {
  readonly #maxBytes: number;
  readonly #maxUnits: number;
  #units: AccessUnit[] = [];
  #bytes = 0;
  #pictures = 0;

  constructor(options: GopCacheOptions = {}) {
    this.#maxBytes = options.maxBytes ?? 16 * 1024 * 1024;
    this.#maxUnits = options.maxUnits ?? 10_000;
  }

  add(unit: AccessUnit): void {
    if (unit.kind === 'video' && unit.key) {
      this.#units = [];
      this.#bytes = 0;
      this.#pictures = 0;
    } else if (this.#units.length === 0) {
      return;
    }
    if (this.#bytes + unit.bytes > this.#maxBytes || this.#units.length >= this.#maxUnits) {
      this.clear();
      return;
    }
    this.#units.push(unit);
    this.#bytes += unit.bytes;
    if (unit.kind === 'video') this.#pictures++;
  }

  clear(): void {
    if (this.#units.length === 0) return;
    this.#units = [];
    this.#bytes = 0;
    this.#pictures = 0;
  }

  /** Begins with a key picture, or is empty. The array is a view: copy it before keeping it. */
  get units(): readonly AccessUnit[] {
    return this.#units.length === 0 ? none : this.#units;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get pictures(): number {
    return this.#pictures;
  }
}
