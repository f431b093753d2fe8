import { deserialize, serialize } from 'node:v8';
import { splitAnnexB, typeOfNal } from '@marsad/media';
import { BandLayout } from '../band/band-layout.ts';
import { Canvas } from '../scenes/canvas.ts';
import type { Scene } from '../scenes/scene.ts';
import { FRAME_RATE, GOP_PICTURES, GUARD_ROWS, PROFILES, type ProfileName, type StreamProfile } from './profile.ts';
import { fitScene, scenePictures } from './scene-pictures.ts';
import { VideoEncoder } from './video-encoder.ts';

/** Encodings that a camera should better not have. */
export type VariantKind = 'h265' | 'b-frames' | 'b-frames-referenced';

/** Short, since it is encoded when first asked for: two groups of pictures. */
const VARIANT_PICTURES = 2 * GOP_PICTURES;

interface VariantPicture {
  readonly key: boolean;
  /** Position in the order of display. */
  readonly pts: number;
  /** NAL units without the parameter sets. */
  readonly nals: readonly Buffer[];
}

/** A short loop whose band is part of the picture: its barcode counts within the loop. */
export interface Variant {
  readonly codec: 'H264' | 'H265';
  readonly width: number;
  readonly height: number;
  readonly parameterSets: readonly Buffer[];
  /** In the order of decoding. */
  readonly pictures: readonly VariantPicture[];
}

const TITLES: Readonly<Record<VariantKind, string>> = {
  h265: 'H.265',
  'b-frames': 'B-frames',
  'b-frames-referenced': 'B-frames / referenced',
};

const NAMES = Object.keys(PROFILES) as ProfileName[];

/** Draws the scene once and encodes it in both profiles. Takes some seconds. */
export async function encodeVariants(kind: VariantKind, scene: Scene): Promise<Record<ProfileName, Variant>> {
  const outputs = NAMES.map((name) => new VariantOutput(kind, scene, name));
  try {
    for (const output of outputs) await output.encoder.open();
    let frame = 0;
    for (const canvas of scenePictures(scene)) {
      if (frame === VARIANT_PICTURES) break;
      for (const output of outputs) await output.push(canvas, frame);
      frame++;
    }
    const [main, sub] = outputs;
    if (!main || !sub) throw new Error('a profile is missing');
    return { main: await main.finish(), sub: await sub.finish() };
  } finally {
    for (const output of outputs) output.encoder.close();
  }
}

class VariantOutput {
  readonly encoder: VideoEncoder;
  readonly #kind: VariantKind;
  readonly #profile: StreamProfile;
  readonly #band: BandLayout;
  readonly #picture: Canvas;

  constructor(kind: VariantKind, scene: Scene, name: ProfileName) {
    this.#kind = kind;
    this.#profile = PROFILES[name];
    const { width, height, bitrate } = this.#profile;
    this.#band = new BandLayout(this.#profile, `${TITLES[kind]} (${scene.name})`, kind);
    this.#picture = new Canvas(width, height);
    const codec = kind === 'h265' ? 'libx265' : 'libx264';
    this.encoder = new VideoEncoder({ codec, width, height, frameRate: FRAME_RATE, bitrate, settings: settings(kind) });
  }

  async push(scene: Canvas, frame: number): Promise<void> {
    fitScene(scene, this.#picture, this.#profile.bandRows * 16 + GUARD_ROWS);
    paintBand(this.#picture, this.#band, frame);
    await this.encoder.push(this.#picture.data);
  }

  async finish(): Promise<Variant> {
    const { width, height } = this.#profile;
    const h265 = this.#kind === 'h265';
    const isSet = h265 ? isH265Set : isH264Set;
    const keep = (nal: Buffer) => !isSet(nal) && (h265 || typeOfNal(nal) !== 6);
    const encoded = (await this.encoder.finish()).map(({ key, pts, data }) => ({ key, pts, nals: splitAnnexB(data) }));
    return {
      codec: h265 ? 'H265' : 'H264',
      width,
      height,
      parameterSets: encoded[0]?.nals.filter(isSet) ?? [],
      pictures: encoded.map((one) => ({ ...one, nals: one.nals.filter(keep) })),
    };
  }
}

export function writeVariant(variant: Variant): Buffer {
  return serialize(variant);
}

/** Throws when the file is not one of ours. */
export function readVariant(file: Buffer): Variant {
  const variant = deserialize(file) as Variant;
  const buffers = (list: readonly Uint8Array[]) => list.map((one) => Buffer.from(one));
  return {
    ...variant,
    parameterSets: buffers(variant.parameterSets),
    pictures: variant.pictures.map((picture) => ({ ...picture, nals: buffers(picture.nals) })),
  };
}

function settings(kind: VariantKind): Record<string, string> {
  const common = `keyint=${GOP_PICTURES}:min-keyint=${GOP_PICTURES}:scenecut=0:open-gop=0:repeat-headers=1:annexb=1`;
  if (kind === 'h265') {
    return { preset: 'ultrafast', 'x265-params': `${common}:bframes=0:log-level=error:pools=1:frame-threads=1` };
  }
  const pyramid = kind === 'b-frames-referenced' ? 'bframes=3:b-pyramid=normal' : 'bframes=2:b-pyramid=none';
  const x264 = `${common}:${pyramid}:b-adapt=0:threads=1`;
  return { profile: 'main', preset: 'superfast', level: '3.1', 'x264-params': x264 };
}

function paintBand(picture: Canvas, band: BandLayout, frame: number): void {
  band.at(frame, (frame / FRAME_RATE) * 1000).forEach((block, index) => {
    const at = Math.floor(index / band.columns) * 16 * picture.width + (index % band.columns) * 16;
    for (let row = 0; row < 16; row++) {
      picture.y.set(block.samples.subarray(row * 16, row * 16 + 16), at + row * picture.width);
    }
  });
}

function isH264Set(nal: Buffer): boolean {
  return typeOfNal(nal) === 7 || typeOfNal(nal) === 8;
}

function isH265Set(nal: Buffer): boolean {
  const type = ((nal[0] ?? 0) >> 1) & 0x3f;
  return type >= 32 && type <= 34;
}
