import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Scene, SceneName } from '../scenes/scene.ts';
import { encodeScene } from './encode-scene.ts';
import { joinableLoop, type Loop } from './loop.ts';
import { readLoop, writeLoop } from './loop-file.ts';
import { PROFILES, type ProfileName } from './profile.ts';

export interface LoopCacheOptions {
  /** Folder for the encoded loops; made when missing. */
  readonly folder: string;
  /** Hears how far an encoding has come; silent when everything is cached. */
  readonly progress?: (scene: SceneName, share: number) => void;
}

/** Encoded loops on disk. They are made anew when anything that draws or encodes them has changed. */
export class LoopCache {
  readonly #options: LoopCacheOptions;
  #fingerprint: Promise<string> | null = null;

  constructor(options: LoopCacheOptions) {
    this.#options = options;
  }

  /** The scene's loops in both profiles. */
  async load(scene: Scene): Promise<Record<ProfileName, Loop>> {
    const names = Object.keys(PROFILES) as ProfileName[];
    const files = await Promise.all(names.map((name) => this.path(`${scene.name}-${name}`)));
    const cached = await Promise.all(files.map(readCached));
    const [main, sub] = cached;
    if (main && sub) return { main, sub };
    const encoded = await encodeScene(
      scene,
      names.map((name) => PROFILES[name]),
      (share) => this.#options.progress?.(scene.name, share),
    );
    const made = encoded.map((pictures, i) => joinableLoop(scene.name, PROFILES[names[i] ?? 'main'], pictures));
    for (const [i, loop] of made.entries()) await this.store(files[i] ?? '', writeLoop(loop));
    const [first, second] = made;
    if (!first || !second) throw new Error('a profile is missing');
    return { main: first, sub: second };
  }

  /** Where an item is kept; the name holds a fingerprint of the code that makes it. */
  async path(item: string): Promise<string> {
    this.#fingerprint ??= fingerprint();
    return join(this.#options.folder, `${item}-${await this.#fingerprint}.loop`);
  }

  /** Writes beside and renames, so that a half-written file is never found. */
  async store(path: string, content: Buffer): Promise<void> {
    await mkdir(this.#options.folder, { recursive: true });
    const draft = `${path}.${process.pid}`;
    await writeFile(draft, content);
    await rename(draft, path);
  }
}

async function readCached(path: string): Promise<Loop | null> {
  try {
    return readLoop(await readFile(path));
  } catch {
    return null;
  }
}

/** What shapes a loop besides the scenes. */
const MAKERS = [
  '../band/font.ts',
  './encode-scene.ts',
  './loop-file.ts',
  './loop.ts',
  './lower-scene.ts',
  './profile.ts',
  './scene-pictures.ts',
  './slice-header.ts',
];

async function fingerprint(): Promise<string> {
  const hash = createHash('sha256');
  const folder = new URL('../scenes/', import.meta.url);
  const drawing = (await readdir(folder)).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts')).sort();
  for (const name of drawing) hash.update(await readFile(new URL(name, folder)));
  for (const name of MAKERS) hash.update(await readFile(new URL(name, import.meta.url)));
  return hash.digest('hex').slice(0, 12);
}
