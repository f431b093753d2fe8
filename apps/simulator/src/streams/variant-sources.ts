import { readFile } from 'node:fs/promises';
import type { LoopCache } from '../encoding/loop-cache.ts';
import type { ProfileName } from '../encoding/profile.ts';
import { encodeVariants, readVariant, type Variant, type VariantKind, writeVariant } from '../encoding/variant.ts';
import { h264Payloads, h265Payloads, PacketTemplate } from '../rtp/packet-template.ts';
import type { Scene } from '../scenes/scene.ts';
import { type SourcePicture, VIDEO_PAYLOAD_TYPE, type VideoSource } from './video-source.ts';

export type VariantSourcesOf = Readonly<Record<ProfileName, VideoSource>>;

/** Sources for the faults that need another encoding; made when first asked for and then kept. */
export class VariantSources {
  readonly #cache: LoopCache;
  readonly #sources = new Map<string, Promise<VariantSourcesOf>>();

  constructor(cache: LoopCache) {
    this.#cache = cache;
  }

  load(kind: VariantKind, scene: Scene): Promise<VariantSourcesOf> {
    const name = `${scene.name}-${kind}`;
    let sources = this.#sources.get(name);
    if (!sources) {
      sources = this.#load(name, kind, scene);
      this.#sources.set(name, sources);
      sources.catch(() => this.#sources.delete(name));
    }
    return sources;
  }

  async #load(name: string, kind: VariantKind, scene: Scene): Promise<VariantSourcesOf> {
    const main = await this.#cache.path(`${name}-main`);
    const sub = await this.#cache.path(`${name}-sub`);
    try {
      return sourcesOf({ main: readVariant(await readFile(main)), sub: readVariant(await readFile(sub)) });
    } catch {
      const variants = await encodeVariants(kind, scene);
      await this.#cache.store(main, writeVariant(variants.main));
      await this.#cache.store(sub, writeVariant(variants.sub));
      return sourcesOf(variants);
    }
  }
}

function sourcesOf(variants: Readonly<Record<ProfileName, Variant>>): VariantSourcesOf {
  return { main: new VariantSource(variants.main), sub: new VariantSource(variants.sub) };
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
