import type { CameraSpec } from '@marsad/contract';
import type { MediaPlane } from '../../media-plane/media-plane.ts';
import type { MediamtxPaths } from '../../media-plane/mediamtx-paths.ts';
import type { Log } from '../../platform/log/log.ts';
import type { CameraRepository, CatalogueSpec } from './cameras.repository.ts';

export interface CameraFeedOptions {
  readonly repository: CameraRepository;
  readonly mediaPlane: Pick<MediaPlane, 'setCameras'>;
  /** Null without such a server: then every camera is fetched from its own address. */
  readonly mediamtx: Pick<MediamtxPaths, 'relay'> | null;
  readonly log: Log;
  /** The catalogue has changed, whoever changed it. */
  readonly onChange: () => void;
  /** Between two looks at the catalogue's revision, milliseconds. Default 2,000. */
  readonly interval?: number;
}

/**
 * Tells the media plane which cameras there are, and again after each change, whichever process made it. While the
 * database is away the nodes keep what they have.
 */
export class CameraFeed {
  readonly #o: CameraFeedOptions;
  #revision: string | null = null;
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> | null = null;
  #again = false;
  #failing = false;
  /** Cameras whose address cannot be read, as far as that was told. */
  #unreadable: ReadonlySet<string> = new Set();

  constructor(options: CameraFeedOptions) {
    this.#o = options;
  }

  /** @throws whatever keeps the catalogue from being read the first time */
  async start(): Promise<void> {
    await this.#load();
    this.#timer = setInterval(() => this.wake(), this.#o.interval ?? 2_000);
  }

  /** Looks now; calls while it is looking make it look once more. */
  wake(): void {
    this.#again = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
  }

  async close(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
    this.#again = false;
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      try {
        await this.#load();
        this.#failing = false;
      } catch (error) {
        this.#o.log[this.#failing ? 'debug' : 'warn'](
          { err: error },
          'the catalogue cannot be read; the nodes keep what they have',
        );
        this.#failing = true;
      }
    }
  }

  async #load(): Promise<void> {
    const { repository, mediaPlane } = this.#o;
    const revision = await repository.revision();
    if (revision === this.#revision) return;
    const cameras = await repository.specs();
    this.#complain(cameras);
    mediaPlane.setCameras(this.#relayed(cameras));
    this.#revision = revision;
    this.#o.onChange();
  }

  /** Once for each, and anew when it could be read in between. */
  #complain(cameras: readonly CatalogueSpec[]): void {
    const unreadable = new Set(cameras.flatMap(({ spec, unreadable }) => (unreadable ? spec.id : [])));
    for (const camera of unreadable) {
      if (this.#unreadable.has(camera)) continue;
      this.#o.log.error(
        { camera },
        'the address of a camera cannot be read with the key we have: it has to be entered again',
      );
    }
    this.#unreadable = unreadable;
  }

  #relayed(cameras: readonly CatalogueSpec[]): CameraSpec[] {
    const { mediamtx } = this.#o;
    if (mediamtx === null) return cameras.map(({ spec }) => spec);
    const own = cameras.filter(({ byMediamtx }) => !byMediamtx).map(({ spec }) => spec);
    const others = cameras.filter(({ byMediamtx }) => byMediamtx).map(({ spec }) => spec);
    return [...own, ...mediamtx.relay(others)];
  }
}
