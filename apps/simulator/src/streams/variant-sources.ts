import type { LoopCache } from '../encoding/loop-cache.ts';
import type { ProfileName } from '../encoding/profile.ts';
import type { Scene } from '../scenes/scene.ts';
import type { VideoSource } from './video-source.ts';

export type VariantKind = 'h265' | 'b-frames' | 'b-frames-referenced';

export class VariantSources {
  readonly #cache: LoopCache;
  constructor(cache: LoopCache) {
    this.#cache = cache;
  }
  async load(kind: VariantKind, scene: Scene, profile: ProfileName): Promise<VideoSource> {
    throw new Error(`not yet ${kind} ${scene.name} ${profile} ${await this.#cache.path('x')}`);
  }
}
