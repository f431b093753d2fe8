import { readFile } from 'node:fs/promises';
import type { LoopCache } from '../encoding/loop-cache.ts';
import type { ProfileName } from '../encoding/profile.ts';
import { encodeVariant, readVariant, type Variant, type VariantKind, writeVariant } from '../encoding/variant.ts';
import { h264Payloads, h265Payloads, PacketTemplate } from '../rtp/packet-template.ts';
import type { Scene } from '../scenes/scene.ts';
import { type SourcePicture, VIDEO_PAYLOAD_TYPE, type VideoSource } from './video-source.ts';

/** Sources for the faults that need another encoding; made when first asked for and then kept. */
export class VariantSources {
  readonly #cache: LoopCache;
  readonly #sources = new Map<string, Promise<VideoSource>>();

  constructor(cache: LoopCache) {
    this.#cache = cache;
  }

  load(kind: VariantKind, scene: Scene, profile: ProfileName): Promise<VideoSource> {
    const name = `${scene.name}-${profile}-${kind}`;
    let source = this.#sources.get(name);
    if (!source) {
      source = this.#load(name, kind, scene, profile);
      this.#sources.set(name, source);
      source.catch(() => this.#sources.delete(name));
    }
    return source;
  }

  async #load(name: string, kind: VariantKind, scene: Scene, profile: ProfileName): Promise<VideoSource> {
    const path = await this.#cache.path(name);
    try {
      return new VariantSource(readVariant(await readFile(path)));
    } catch {
      const variant = await encodeVariant(kind, scene, profile);
      await this.#cache.store(path, writeVariant(variant));
      return new VariantSource(variant);
    }
  }
}

/** Plays a variant in a loop. */
class VariantSource implements VideoSource {
  readonly codec: 'H264' | 'H265';
  readonly width: number;
  readonly height: number;
  readonly parameterSets: readonly Buffer[];
  readonly #variant: Variant;
  readonly #pictures: readonly PacketTemplate[];
  readonly #sets: PacketTemplate;

  constructor(variant: Variant) {
    this.#variant = variant;
    this.codec = variant.codec;
    this.width = variant.width;
    this.height = variant.height;
    this.parameterSets = variant.parameterSets;
    const payloads = variant.codec === 'H265' ? h265Payloads : h264Payloads;
    this.#sets = new PacketTemplate(payloads(variant.parameterSets), VIDEO_PAYLOAD_TYPE, false);
    this.#pictures = variant.pictures.map(({ nals }) => new PacketTemplate(payloads(nals), VIDEO_PAYLOAD_TYPE, true));
  }

  isKey(frame: number): boolean {
    return this.#variant.pictures[frame % this.#pictures.length]?.key === true;
  }

  picture(frame: number, withParameterSets: boolean): SourcePicture {
    const index = frame % this.#pictures.length;
    const picture = this.#variant.pictures[index];
    const template = this.#pictures[index];
    if (!picture || !template) throw new RangeError(`no picture ${index} in the loop`);
    return {
      templates: picture.key && withParameterSets ? [this.#sets, template] : [template],
      key: picture.key,
      shownAs: frame - index + picture.pts,
    };
  }
}
