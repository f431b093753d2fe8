/** One stream that somebody pushes to a node. */
export interface KnownPublication {
  readonly camera: string;
  readonly node: string;
  /** Since when, by the node's clock, milliseconds since the epoch. */
  readonly at: number;
  /** With whose rights; undefined where a key was shown. */
  readonly by: string | undefined;
  /** When this process heard of it; monotonic, milliseconds. */
  readonly heardAt: number;
}

/** As its node tells it. */
export type Told = Pick<KnownPublication, 'at' | 'by'>;

/** Who pushes what to which node, as the nodes tell it. */
export class Publications {
  readonly #byCamera = new Map<string, Map<string, KnownPublication>>();

  /** @returns whether that was news */
  heard(node: string, camera: string, told: Told | null): boolean {
    const known = this.#byCamera.get(camera);
    if (told === null) {
      const had = known?.delete(node) ?? false;
      if (known?.size === 0) this.#byCamera.delete(camera);
      return had;
    }
    if (known?.get(node)?.at === told.at) return false;
    const here = known ?? new Map<string, KnownPublication>();
    here.set(node, { camera, node, ...told, heardAt: performance.now() });
    this.#byCamera.set(camera, here);
    return true;
  }

  /** All that a node has. @returns whether there was news in it */
  heardAll(node: string, published: ReadonlyMap<string, Told>): boolean {
    let news = false;
    for (const { camera } of [...this.on(node)]) {
      if (!published.has(camera)) news = this.heard(node, camera, null) || news;
    }
    for (const [camera, told] of published) news = this.heard(node, camera, told) || news;
    return news;
  }

  /**
   * The node where a camera is published: of several the first publisher counts, and every api process agrees on it.
   * Undefined while nobody publishes it.
   */
  homeOf(camera: string): string | undefined {
    let first: KnownPublication | undefined;
    for (const one of this.#byCamera.get(camera)?.values() ?? []) {
      if (!first || one.at < first.at || (one.at === first.at && one.node < first.node)) first = one;
    }
    return first?.node;
  }

  *on(node: string): Iterable<KnownPublication> {
    for (const known of this.#byCamera.values()) {
      const one = known.get(node);
      if (one) yield one;
    }
  }

  *all(): Iterable<KnownPublication> {
    for (const known of this.#byCamera.values()) yield* known.values();
  }
}
