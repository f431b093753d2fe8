import type { CameraSpec } from '@marsad/contract';
import type { Log } from '../platform/log/log.ts';
import type { MediamtxClient, MediamtxPath } from './mediamtx-client.ts';

export interface MediamtxPathsOptions {
  readonly client: Pick<MediamtxClient, 'paths' | 'add' | 'replace' | 'remove'>;
  /** Where its streams are read from: `rtsp://host:8554`. */
  readonly rtspUrl: string;
  /** Which of these ids are cameras of ours, removed ones too: nothing else is ever removed there. */
  readonly ours: (ids: readonly string[]) => Promise<ReadonlySet<string>>;
  readonly log: Log;
  /** Between two looks while all is well, milliseconds: a server that restarts has forgotten its paths. Default 15,000. */
  readonly interval?: number;
  /** Before the second attempt, doubled for each further one up to the interval, milliseconds. Default 1,000. */
  readonly firstRetry?: number;
}

const pathName = /^camera_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:_sub)?$/;
const transports = { auto: 'automatic', tcp: 'tcp', udp: 'udp' } as const;

/**
 * Cameras that are fetched through a MediaMTX server. It is told of each under `camera_{id}` (`camera_{id}_sub` for the
 * small profile), and told anew when it has forgotten; what became of a camera that it is not to fetch any more is removed
 * there. All of it is tried again until it is so; meanwhile the cameras are offline, and nothing else notices.
 */
export class MediamtxPaths {
  readonly #o: MediamtxPathsOptions;
  #wanted: ReadonlyMap<string, MediamtxPath> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> | null = null;
  #again = false;
  #failures = 0;
  #closed = false;

  constructor(options: MediamtxPathsOptions) {
    this.#o = options;
  }

  /**
   * The whole set of cameras that go through the server.
   * @returns the same cameras as nodes are to fetch them: from there
   */
  relay(cameras: readonly CameraSpec[]): CameraSpec[] {
    const wanted = new Map<string, MediamtxPath>();
    const relayed = cameras.map((camera): CameraSpec => {
      const main = this.#pathOf(camera, 'main', wanted);
      return main === null
        ? camera
        : { ...camera, main: { url: main }, sub: urlOrNull(this.#pathOf(camera, 'sub', wanted)), transport: 'auto' };
    });
    this.#wanted = wanted;
    this.#wake();
    return relayed;
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
    await this.#running;
  }

  #pathOf(camera: CameraSpec, profile: 'main' | 'sub', wanted: Map<string, MediamtxPath>): string | null {
    const origin = camera[profile];
    if (origin === null || 'push' in origin) return null;
    const name = profile === 'main' ? `camera_${camera.id}` : `camera_${camera.id}_sub`;
    wanted.set(name, {
      source: origin.url,
      sourceOnDemand: camera.mode === 'on-demand',
      rtspTransport: transports[camera.transport],
    });
    return `${this.#o.rtspUrl.replace(/\/+$/, '')}/${name}`;
  }

  #wake(): void {
    if (this.#closed) return;
    this.#again = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
  }

  async #run(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    while (this.#again && !this.#closed) {
      this.#again = false;
      await this.#look().then(
        () => this.#well(),
        (error) => this.#failed(error),
      );
    }
    if (this.#closed) return;
    const { interval = 15_000, firstRetry = 1_000 } = this.#o;
    const delay = this.#failures === 0 ? interval : Math.min(interval, firstRetry * 2 ** (this.#failures - 1));
    this.#timer = setTimeout(() => this.#wake(), delay);
  }

  #well(): void {
    if (this.#failures > 0) this.#o.log.info('the MediaMTX server has its paths');
    this.#failures = 0;
  }

  #failed(error: unknown): void {
    this.#failures += 1;
    this.#o.log[this.#failures === 1 ? 'warn' : 'debug']({ err: error }, 'the MediaMTX server does not have its paths');
  }

  /** One path that cannot be set keeps no other from it. @throws the first of what went wrong, after all was tried */
  async #look(): Promise<void> {
    const wanted = this.#wanted;
    if (wanted === null) return;
    const { client } = this.#o;
    const there = await client.paths();
    const steps: (() => Promise<void>)[] = [];
    for (const [name, path] of wanted) {
      const known = there.get(name);
      if (known === undefined) steps.push(() => client.add(name, path));
      else if (!isSame(known, path)) steps.push(() => client.replace(name, path));
    }
    for (const name of await this.#leftOver([...there.keys()], wanted)) steps.push(() => client.remove(name));
    const failures: unknown[] = [];
    for (const step of steps) {
      if (this.#closed) return;
      await step().catch((error) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }

  async #leftOver(names: readonly string[], wanted: ReadonlyMap<string, MediamtxPath>): Promise<string[]> {
    const idOf = (name: string) => pathName.exec(name)?.[1] ?? '';
    const unwanted = names.filter((name) => pathName.test(name) && !wanted.has(name));
    if (unwanted.length === 0) return [];
    const ours = await this.#o.ours(unwanted.map(idOf));
    return unwanted.filter((name) => ours.has(idOf(name)));
  }
}

function isSame(a: { source: string; sourceOnDemand: boolean; rtspTransport: string }, b: MediamtxPath): boolean {
  return a.source === b.source && a.sourceOnDemand === b.sourceOnDemand && a.rtspTransport === b.rtspTransport;
}

function urlOrNull(url: string | null): { url: string } | null {
  return url === null ? null : { url };
}
