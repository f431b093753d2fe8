import { deserialize, serialize } from 'node:v8';
import { splitAnnexB, typeOfNal } from '@marsad/media';
import { BandLayout } from '../band/band-layout.ts';
import { Canvas } from '../scenes/canvas.ts';
import type { Scene } from '../scenes/scene.ts';
import { FRAME_RATE, GOP_PICTURES, GUARD_ROWS, PROFILES, type ProfileName } from './profile.ts';
import { fitScene, scenePictures } from './scene-pictures.ts';
import { VideoEncoder } from './video-encoder.ts';

/** Encodings that a camera should better not have. */
export type VariantKind = 'h265' | 'b-frames' | 'b-frames-referenced';

/** Short, since it is encoded when first asked for: two groups of pictures. */
export const VARIANT_PICTURES = 2 * GOP_PICTURES;

export interface VariantPicture {
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

/** Takes some seconds. */
export async function encodeVariant(kind: VariantKind, scene: Scene, profileName: ProfileName): Promise<Variant> {
  const profile = PROFILES[profileName];
  const { width, height, bandRows, bitrate } = profile;
  const band = new BandLayout(profile, `${TITLES[kind]} (${scene.name})`, kind);
  const picture = new Canvas(width, height);
  const encoder = new VideoEncoder({
    codec: kind === 'h265' ? 'libx265' : 'libx264',
    width,
    height,
    frameRate: FRAME_RATE,
    bitrate,
    settings: settings(kind),
  });
  try {
    await encoder.open();
    let frame = 0;
    for (const canvas of scenePictures(scene)) {
      if (frame === VARIANT_PICTURES) break;
      fitScene(canvas, picture, bandRows * 16 + GUARD_ROWS);
      paintBand(picture, band, frame);
      await encoder.push(picture.data);
      frame++;
    }
    const units = (await encoder.finish()).map((one) => ({ key: one.key, pts: one.pts, nals: splitAnnexB(one.data) }));
    const isSet = kind === 'h265' ? isH265Set : isH264Set;
    const first = units[0]?.nals.filter(isSet) ?? [];
    const keep = (nal: Buffer) => !isSet(nal) && !(kind !== 'h265' && typeOfNal(nal) === 6);
    return {
      codec: kind === 'h265' ? 'H265' : 'H264',
      width,
      height,
      parameterSets: first,
      pictures: units.map((one) => ({ ...one, nals: one.nals.filter(keep) })),
    };
  } finally {
    encoder.close();
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
  const x264 = `${common}:${pyramid}:b-adapt=0:threads=1:log-level=error`;
  return { profile: 'main', preset: 'veryfast', level: '3.1', 'x264-params': x264 };
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
