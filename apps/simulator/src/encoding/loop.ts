import { splitAnnexB, typeOfNal } from '@marsad/media';
import type { SceneName } from '../scenes/scene.ts';
import { heightenSps, lowerSlice } from './lower-scene.ts';
import type { StreamProfile } from './profile.ts';
import { headerBits, sliceSyntax } from './slice-header.ts';
import type { EncodedPicture } from './video-encoder.ts';

/** One picture of a loop: the scene's slice, ready to be sent behind a slice of the band. */
export interface LoopPicture {
  readonly key: boolean;
  /** The NAL header byte that the band's slice must have as well. */
  readonly nalHeader: number;
  /** Slice header behind `first_mb_in_slice`, as text of 0 and 1. */
  readonly header: string;
  readonly slice: Buffer;
}

/** A scene in one profile, encoded once; the band is still missing. */
export interface Loop {
  readonly scene: SceneName;
  readonly profile: StreamProfile;
  /** For the whole picture, band included. */
  readonly sps: Buffer;
  readonly pps: Buffer;
  readonly pictures: readonly LoopPicture[];
}

/** Turns the encoder's output for the scene alone into a loop with room for the band. */
export function joinableLoop(scene: SceneName, profile: StreamProfile, encoded: readonly EncodedPicture[]): Loop {
  const nals = encoded.map((picture) => splitAnnexB(picture.data));
  const sps = find(nals[0], 7);
  const pps = find(nals[0], 8);
  const syntax = sliceSyntax(sps, pps);
  const above = (profile.bandRows * profile.width) / 16;
  const pictures = nals.map((units): LoopPicture => {
    const slices = units.filter((nal) => typeOfNal(nal) === 1 || typeOfNal(nal) === 5);
    const [slice] = slices;
    if (slice === undefined || slices.length !== 1) throw new Error('picture without exactly one slice');
    return {
      key: typeOfNal(slice) === 5,
      nalHeader: slice[0] ?? 0,
      header: headerBits(slice, syntax),
      slice: lowerSlice(slice, above),
    };
  });
  return { scene, profile, sps: heightenSps(sps, profile.bandRows), pps, pictures };
}

function find(units: readonly Buffer[] | undefined, type: number): Buffer {
  const nal = units?.find((unit) => typeOfNal(unit) === type);
  if (nal === undefined) throw new Error(`the encoder gave no NAL unit of type ${type}`);
  return nal;
}
