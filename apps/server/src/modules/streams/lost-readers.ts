import type { MediaPlane } from '../../media-plane/media-plane.ts';
import type { Log } from '../../platform/log/log.ts';
import type { ReadersService } from './readers.service.ts';

export interface LostReadersOptions {
  readonly mediaPlane: Pick<MediaPlane, 'nodes' | 'on' | 'off'>;
  readonly readers: Pick<ReadersService, 'sessionsAt' | 'closed'>;
  readonly log: Log;
}

/**
 * Readers whose edge has died. It cannot say that their sessions are over, and they come back at once: what they held would
 * be charged for until it lapses, and in a full agency they would be refused for themselves. Who was there is
 * noted when the connection to the edge breaks, and ended when the edge is another process, or gone. One that was only out of
 * reach keeps its readers.
 */
export class LostReaders {
  readonly #o: LostReadersOptions;
  readonly #before = new Map<string, { readonly startedAt: number; readonly sessions: Promise<string[]> }>();

  constructor(options: LostReadersOptions) {
    this.#o = options;
    options.mediaPlane.on('node', this.#node);
    options.mediaPlane.on('edge', this.#edge);
    options.mediaPlane.on('edge-gone', this.#end);
  }

  close(): void {
    const { mediaPlane } = this.#o;
    mediaPlane.off('node', this.#node);
    mediaPlane.off('edge', this.#edge);
    mediaPlane.off('edge-gone', this.#end);
  }

  readonly #node = (id: string, here: boolean): void => {
    const lease = this.#leaseOf(id);
    if (here || !lease?.roles.includes('edge')) return;
    const sessions = this.#o.readers.sessionsAt(id).catch((error) => {
      this.#o.log.debug({ err: error, node: id }, 'the readers of an edge are not known; they end for want of a beat');
      return [];
    });
    this.#before.set(id, { startedAt: lease.started_at, sessions });
  };

  readonly #edge = (id: string): void => {
    if (this.#before.get(id)?.startedAt !== this.#leaseOf(id)?.started_at) this.#end(id);
  };

  readonly #end = (id: string): void => {
    const before = this.#before.get(id);
    this.#before.delete(id);
    void before?.sessions
      .then(async (sessions) => {
        for (const session of sessions) await this.#o.readers.closed(session);
        if (sessions.length > 0)
          this.#o.log.info({ node: id, readers: sessions.length }, 'readers of a lost edge ended');
      })
      .catch((error) => {
        this.#o.log.debug({ err: error, node: id }, 'readers of a lost edge could not be ended');
      });
  };

  #leaseOf(id: string) {
    return this.#o.mediaPlane.nodes().find((link) => link.id === id)?.lease;
  }
}
