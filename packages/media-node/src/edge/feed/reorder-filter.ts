import type { AccessUnit } from '@marsad/media';

/**
 * Decides what of a stream with B pictures can be shown over WebRTC, which plays pictures in the order they come.
 *
 * Pictures nothing refers to are left out. When the rest is in display order, that is a stream with fewer pictures;
 * when it is not (B pictures that are references), the stream cannot be shown, and stays so until its tracks change.
 */
export class ReorderFilter {
  readonly #reorders: boolean;
  #last = Number.NEGATIVE_INFINITY;
  #unshowable = false;

  constructor(reorders: boolean) {
    this.#reorders = reorders;
  }

  get unshowable(): boolean {
    return this.#unshowable;
  }

  /** True when the picture is to be shown. */
  accepts(unit: AccessUnit): boolean {
    if (!this.#reorders) return true;
    if (this.#unshowable || unit.disposable) return false;
    // A key picture begins anew: the camera's clock may have been set back.
    if (!unit.key && unit.pts <= this.#last) {
      this.#unshowable = true;
      return false;
    }
    this.#last = unit.pts;
    return true;
  }
}
