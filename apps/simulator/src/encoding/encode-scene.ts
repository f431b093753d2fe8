import { Canvas } from '../scenes/canvas.ts';
import type { Scene } from '../scenes/scene.ts';
import { FRAME_RATE, GOP_PICTURES, LOOP_PICTURES, type StreamProfile } from './profile.ts';
import { fitScene, scenePictures } from './scene-pictures.ts';
import { type EncodedPicture, VideoEncoder } from './video-encoder.ts';

/**
 * Draws the loop of a scene once and encodes it, without the band, in every profile given. Takes some ten seconds.
 * `progress` hears the share done, 0 to 1; `pictures` ends the loop early.
 */
export async function encodeScene(
  scene: Scene,
  profiles: readonly StreamProfile[],
  progress: (share: number) => void = () => {},
  pictures = LOOP_PICTURES,
): Promise<EncodedPicture[][]> {
  const outputs = profiles.map((profile) => {
    const height = profile.height - profile.bandRows * 16;
    return { picture: new Canvas(profile.width, height), encoder: sceneEncoder(profile, height) };
  });
  try {
    for (const { encoder } of outputs) await encoder.open();
    let done = 0;
    for (const canvas of scenePictures(scene)) {
      for (const { picture, encoder } of outputs) {
        fitScene(canvas, picture);
        await encoder.push(picture.data);
      }
      // The encoders' threads start before the next picture is drawn on this one.
      await new Promise((resolve) => setImmediate(resolve));
      progress(++done / pictures);
      if (done === pictures) break;
    }
    const encoded: EncodedPicture[][] = [];
    for (const { encoder } of outputs) encoded.push(await encoder.finish());
    return encoded;
  } finally {
    for (const { encoder } of outputs) encoder.close();
  }
}

function sceneEncoder(profile: StreamProfile, height: number): VideoEncoder {
  const kilobits = Math.round(profile.bitrate / 1000);
  return new VideoEncoder({
    codec: 'libx264',
    width: profile.width,
    height,
    frameRate: FRAME_RATE,
    bitrate: profile.bitrate,
    settings: {
      profile: 'baseline',
      // The sensor's noise costs most of the bits: slower presets look no better (within 0.3 dB).
      preset: 'superfast',
      level: profile.level,
      'x264-params': [
        `keyint=${GOP_PICTURES}:min-keyint=${GOP_PICTURES}:scenecut=0:bframes=0:ref=1:slices=1:threads=1`,
        // Band and scene are slices side by side: no filter may reach over the border.
        'no-deblock=1:cabac=0:weightp=0:annexb=1:repeat-headers=1:aud=0:sliced-threads=0',
        'rc-lookahead=10:sync-lookahead=0:mbtree=0',
        `vbv-maxrate=${kilobits}:vbv-bufsize=${kilobits * 2}`,
      ].join(':'),
    },
  });
}
