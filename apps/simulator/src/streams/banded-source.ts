import { BandComposer, type BandMoment } from '../band/band-composer.ts';
import type { Loop } from '../encoding/loop.ts';
import { h264Payloads, PacketTemplate } from '../rtp/packet-template.ts';
import { type SourcePicture, VIDEO_PAYLOAD_TYPE, type VideoSource } from './video-source.ts';

export interface BandedSourceOptions {
  readonly loop: Loop;
  readonly name: string;
  readonly caption: string;
  /** Picture of the loop that frame 0 shows. */
  readonly offset: number;
  /** When a frame is due, in milliseconds since the epoch. */
  readonly timeOf: (frame: number) => number;
  /** What a camera that can be moved shows of where it looks, in milliseconds since the epoch; else null. */
  readonly position: ((epochMs: number) => string) | null;
}

const sceneTemplates = new WeakMap<Loop, (PacketTemplate | undefined)[]>();
const bandTemplates = new WeakMap<Buffer, PacketTemplate>();

/** A loop with the band of one camera on top. */
export class BandedSource implements VideoSource {
  readonly codec = 'H264';
  readonly width: number;
  readonly height: number;
  readonly parameterSets: readonly Buffer[];
  readonly #options: BandedSourceOptions;
  readonly #composer: BandComposer;
  readonly #scenes: (PacketTemplate | undefined)[];
  readonly #sets: PacketTemplate;
  /** What the last pictures showed, by frame: of a moment past the head may say another thing after a command. */
  readonly #positions = new Map<number, string>();

  constructor(options: BandedSourceOptions) {
    const { loop } = options;
    this.#options = options;
    this.width = loop.profile.width;
    this.height = loop.profile.height;
    this.parameterSets = [loop.sps, loop.pps];
    this.#composer = new BandComposer(loop.profile, options.name, options.caption, options.position !== null);
    this.#sets = new PacketTemplate(h264Payloads([loop.sps, loop.pps]), VIDEO_PAYLOAD_TYPE, false);
    this.#scenes = sceneTemplates.get(loop) ?? new Array(loop.pictures.length).fill(undefined);
    sceneTemplates.set(loop, this.#scenes);
  }

  isKey(frame: number): boolean {
    return this.#options.loop.pictures[this.#index(frame)]?.key === true;
  }

  picture(frame: number, withParameterSets: boolean): SourcePicture {
    const index = this.#index(frame);
    const picture = this.#options.loop.pictures[index];
    if (!picture) throw new RangeError(`no picture ${index} in the loop`);
    let scene = this.#scenes[index];
    if (!scene) {
      scene = new PacketTemplate(h264Payloads([picture.slice]), VIDEO_PAYLOAD_TYPE, true);
      this.#scenes[index] = scene;
    }
    if (picture.key) {
      const now = this.#moment(frame);
      const band = new PacketTemplate(h264Payloads([this.#composer.key(picture, now)]), VIDEO_PAYLOAD_TYPE, false);
      const templates = withParameterSets ? [this.#sets, band, scene] : [band, scene];
      return { templates, key: true, shownAs: frame };
    }
    const before = this.#moment(frame - 1);
    const now = this.#moment(frame);
    const slice = this.#composer.between(picture, before, now);
    let band = bandTemplates.get(slice);
    if (!band) {
      band = new PacketTemplate(h264Payloads([slice]), VIDEO_PAYLOAD_TYPE, false);
      bandTemplates.set(slice, band);
    }
    return { templates: [band, scene], key: false, shownAs: frame };
  }

  #moment(frame: number): BandMoment {
    const epochMs = this.#options.timeOf(frame);
    const { position } = this.#options;
    if (!position) return { frame, epochMs, position: null };
    const shown = this.#positions.get(frame) ?? position(epochMs);
    this.#positions.set(frame, shown);
    for (const old of this.#positions.keys()) if (this.#positions.size > 2) this.#positions.delete(old);
    return { frame, epochMs, position: shown };
  }

  #index(frame: number): number {
    return (frame + this.#options.offset) % this.#options.loop.pictures.length;
  }
}
