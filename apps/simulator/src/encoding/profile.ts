import { LOOP_SECONDS } from '../scenes/scene.ts';

export const FRAME_RATE = 25;
export const GOP_PICTURES = 50;
export const LOOP_PICTURES = LOOP_SECONDS * FRAME_RATE;

export type ProfileName = 'main' | 'sub';

/** One encoding of a scene. The picture shown is the band on top and the scene below it. */
export interface StreamProfile {
  readonly name: ProfileName;
  /** Displayed size in pixels, the band included. */
  readonly width: number;
  readonly height: number;
  /** Rows of macroblocks of the band; the scene is encoded without them. */
  readonly bandRows: number;
  /** Bits per second of the scene; the band adds about a tenth. */
  readonly bitrate: number;
  /** H.264 level, such as `3.1`. */
  readonly level: string;
}

export const PROFILES: Readonly<Record<ProfileName, StreamProfile>> = {
  main: { name: 'main', width: 1280, height: 720, bandRows: 4, bitrate: 1_820_000, level: '3.1' },
  sub: { name: 'sub', width: 640, height: 360, bandRows: 3, bitrate: 400_000, level: '3.0' },
};

/** Rows of flat black at the top of the scene: motion never reaches over them into the band. */
export const GUARD_ROWS = 16;
