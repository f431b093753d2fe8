import type { LoopCache } from '../encoding/loop-cache.ts';
import type { ProfileName } from '../encoding/profile.ts';
import type { Variant, VariantKind } from '../encoding/variant.ts';
import { h264Payloads, h265Payloads, PacketTemplate } from '../rtp/packet-template.ts';
import type { SceneName } from '../scenes/scene.ts';
import { type SourcePicture, VIDEO_PAYLOAD_TYPE, type VideoSource } from './video-source.ts';

export type VariantSourcesOf = Readonly<Record<ProfileName, VideoSource>>;

/** Sources for the faults that need another encoding; made when first asked for and then kept. */
export class VariantSources {
  readonly #cache: LoopCache;
  readonly #sources = new Map<string, Promise<VariantSourcesOf>>();

  constructor(cache: LoopCache) {
    this.#cache = cache;
  }

  load(kind: VariantKind, scene: SceneName): Promise<VariantSourcesOf> {
    const name = `${scene}-${kind}`;
    let sources = this.#sources.get(name);
    if (!sources) {
      sources = this.#cache.loadVariant(kind, scene).then(sourcesOf);
      this.#sources.set(name, sources);
      sources.catch(() => this.#sources.delete(name));
    }
    return sources;
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
