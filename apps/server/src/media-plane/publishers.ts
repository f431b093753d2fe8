import type { Log } from '../platform/log/log.ts';
import type { NodeLink } from './node-link.ts';
import { type KnownPublication, Publications, type Told } from './publications.ts';

export interface PublishersOptions {
  readonly node: (id: string) => NodeLink | undefined;
  /** Whether the camera is one that is pushed, as far as this process knows. */
  readonly wanted: (camera: string) => boolean;
  readonly log: Log;
}

/** Milliseconds a publisher may stay whose camera this process does not know: it may be newer than what was read last. */
const strangerStays = 5_000;

const unwanted = 'the camera is not pushed any more';

/** Those who push cameras to nodes: one for each camera, and none for those that are not to be pushed. */
export class Publishers {
  readonly #o: PublishersOptions;
  readonly #publications = new Publications();

  constructor(options: PublishersOptions) {
    this.#o = options;
  }

  /** @param told null: not any more. @returns whether that was news */
  heard(node: string, camera: string, told: Told | null): boolean {
    return this.#publications.heard(node, camera, told);
  }

  /** All that a node has. @returns whether there was news in it */
  heardAll(node: string, published: ReadonlyMap<string, Told>): boolean {
    return this.#publications.heardAll(node, published);
  }

  /** The node to which somebody pushes this camera now. */
  homeOf(camera: string): string | undefined {
    return this.#publications.homeOf(camera);
  }

  all(): Iterable<KnownPublication> {
    return this.#publications.all();
  }

  /** Ends publishers of what is not to be pushed, and those who came second, to another node than the first. */
  review(node: string): void {
    for (const { camera, heardAt } of [...this.#publications.on(node)]) {
      if (!this.#o.wanted(camera)) {
        if (performance.now() - heardAt > strangerStays) void this.#end(node, camera, unwanted);
      } else if (this.#publications.homeOf(camera) !== node) {
        void this.#end(node, camera, 'somebody else publishes this camera');
      }
    }
  }

  /** Ends whoever pushes what is not to be pushed any more, wherever. @param before which cameras were pushed until now */
  dismiss(before: (camera: string) => boolean): void {
    for (const { camera, node } of [...this.#publications.all()]) {
      if (before(camera) && !this.#o.wanted(camera)) void this.#end(node, camera, unwanted);
    }
  }

  /** Disconnects whoever pushes this camera. Never rejects; a node that does not answer is asked again by nobody. */
  async end(camera: string, reason: string): Promise<void> {
    const home = this.homeOf(camera);
    if (home !== undefined) await this.#end(home, camera, reason);
  }

  async #end(node: string, camera: string, reason: string): Promise<void> {
    const { log } = this.#o;
    const link = this.#o.node(node);
    if (!link?.rpc.connected) return;
    log.info({ node, camera, reason }, 'a publisher is ended');
    for (const profile of ['main', 'sub'] as const) {
      await link.rpc.call('ingest.unpublish', { camera, profile, reason }).catch((error) => {
        log.warn({ err: error, node, camera }, 'a publisher could not be ended');
      });
    }
  }
}
