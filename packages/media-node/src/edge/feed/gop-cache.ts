import type { PacketisedPicture } from './packetised-picture.ts';

const MAX_BYTES = 16 * 1024 * 1024;
const MAX_PICTURES = 900;

/**
 * The pictures since the last key picture. One that outgrows its bounds is given up whole, and stays empty until the
 * next key picture: a part of it would be of no use to a decoder.
 */
export class GopCache<Picture extends { readonly key: boolean; readonly bytes: number } = PacketisedPicture> {
  readonly #maxBytes: number;
  #pictures: Picture[] = [];
  #bytes = 0;

  constructor(maxBytes = MAX_BYTES) {
    this.#maxBytes = maxBytes;
  }

  add(picture: Picture): void {
    if (picture.key) {
      this.#pictures = [picture];
      this.#bytes = picture.bytes;
      return;
    }
    if (this.#pictures.length === 0) return;
    this.#pictures.push(picture);
    this.#bytes += picture.bytes;
    if (this.#bytes > this.#maxBytes || this.#pictures.length > MAX_PICTURES) this.clear();
  }

  clear(): void {
    this.#pictures = [];
    this.#bytes = 0;
  }

  get pictures(): readonly Picture[] {
    return this.#pictures;
  }

  get bytes(): number {
    return this.#bytes;
  }
}
