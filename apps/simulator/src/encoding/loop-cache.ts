import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SceneName } from '../scenes/scene.ts';
import type { Loop } from './loop.ts';
import { readLoop } from './loop-file.ts';
import { madeOnce } from './made-once.ts';
import { makeLoopOnThread } from './make-loop.ts';
import { PROFILES, type ProfileName } from './profile.ts';
import { readVariant, type Variant, type VariantKind } from './variant.ts';

export interface LoopCacheOptions {
  /** Folder for the encoded loops; made when missing. */
  readonly folder: string;
  /** Hears how far an encoding has come, 0 to 1; silent when everything is cached. */
  readonly progress?: (scene: SceneName, share: number) => void;
}

type Both<T> = Record<ProfileName, T>;

/**
 * Encoded loops on disk. They are made anew when anything that draws or encodes them has changed; processes that want the
 * same one wait for each other.
 */
export class LoopCache {
  readonly #options: LoopCacheOptions;
  #fingerprint: Promise<string> | null = null;

  constructor(options: LoopCacheOptions) {
    this.#options = options;
  }

  /** The scene's loops in both profiles. Rejects when they cannot be encoded or written. */
  load(scene: SceneName): Promise<Both<Loop>> {
    return this.#load(scene, null, readLoop);
  }

  /** The same of an encoding that a camera should better not have. */
  loadVariant(kind: VariantKind, scene: SceneName): Promise<Both<Variant>> {
    return this.#load(scene, kind, readVariant);
  }

  async #load<T>(scene: SceneName, variant: VariantKind | null, read: (file: Buffer) => T): Promise<Both<T>> {
    this.#fingerprint ??= fingerprint();
    const made = await this.#fingerprint;
    const { folder, progress } = this.#options;
    await mkdir(folder, { recursive: true });
    const name = variant ? `${scene}-${variant}` : scene;
    // The name holds a fingerprint of the code that makes it.
    const files = bothOf((profile) => join(folder, `${name}-${profile}-${made}.loop`));
    let found: Both<T> | null = null;
    const isThere = async () => {
      const [main, sub] = await Promise.all(
        [files.main, files.sub].map((file) => readFile(file).then(read).catch(none)),
      );
      if (main && sub) found = { main, sub };
      return found !== null;
    };
    const make = () => makeLoopOnThread({ scene, variant, files }, (share) => progress?.(scene, share));
    await madeOnce(join(folder, `${name}-${made}.lock`), isThere, make);
    if (!found) throw new Error(`${name} was made and is not there`);
    return found;
  }
}

const none = () => null;

function bothOf<T>(make: (profile: ProfileName) => T): Both<T> {
  const [main, sub] = [PROFILES.main, PROFILES.sub].map(({ name }) => make(name)) as [T, T];
  return { main, sub };
}

/** What shapes a loop besides the scenes. */
const MAKERS = [
  '../band/font.ts',
  './encode-scene.ts',
  './loop-file.ts',
  './loop.ts',
  './lower-scene.ts',
  './make-loop.ts',
  './profile.ts',
  './scene-pictures.ts',
  './slice-header.ts',
  './variant.ts',
];

async function fingerprint(): Promise<string> {
  const hash = createHash('sha256');
  const folder = new URL('../scenes/', import.meta.url);
  const drawing = (await readdir(folder)).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts')).sort();
  for (const name of drawing) hash.update(await readFile(new URL(name, folder)));
  for (const name of MAKERS) hash.update(await readFile(new URL(name, import.meta.url)));
  return hash.digest('hex').slice(0, 12);
}
