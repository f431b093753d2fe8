import { rename, writeFile } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { SCENES } from '../scenes/index.ts';
import type { SceneName } from '../scenes/scene.ts';
import { encodeScene } from './encode-scene.ts';
import { joinableLoop } from './loop.ts';
import { writeLoop } from './loop-file.ts';
import { PROFILES, type ProfileName } from './profile.ts';
import { encodeVariants, type VariantKind, writeVariant } from './variant.ts';

/** Something to be drawn, encoded and written, in both profiles. */
export interface LoopOrder {
  readonly scene: SceneName;
  /** null asks for the loop that cameras send when nothing is wrong with them. */
  readonly variant: VariantKind | null;
  readonly files: Readonly<Record<ProfileName, string>>;
}

const NAMES = Object.keys(PROFILES) as ProfileName[];

/** Draws, encodes and writes; `progress` hears the share done, 0 to 1. Keeps the thread busy for some ten seconds. */
export async function makeLoop({ scene, variant, files }: LoopOrder, progress: (share: number) => void) {
  const contents = variant
    ? await encodeVariants(variant, SCENES[scene]).then((made) => NAMES.map((name) => writeVariant(made[name])))
    : await encodeScene(
        SCENES[scene],
        NAMES.map((name) => PROFILES[name]),
        progress,
      ).then((made) =>
        made.map((pictures, i) => writeLoop(joinableLoop(scene, PROFILES[NAMES[i] ?? 'main'], pictures))),
      );
  for (const [i, name] of NAMES.entries()) {
    // Written beside and renamed, so that a half-written file is never found.
    const draft = `${files[name]}.${process.pid}`;
    await writeFile(draft, contents[i] ?? '');
    await rename(draft, files[name]);
  }
}

/** The same on a thread of its own: a farm that runs goes on sending, and scenes are made beside each other. */
export function makeLoopOnThread(order: LoopOrder, progress: (share: number) => void = () => {}): Promise<void> {
  const worker = new Worker(new URL('./make-loop-thread.ts', import.meta.url), { workerData: order });
  return new Promise((resolve, reject) => {
    worker.on('message', progress);
    worker.once('error', reject);
    worker.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`the thread that encodes ${order.scene} ended with ${code}`)),
    );
  });
}
