import type { SceneName } from '../scenes/scene.ts';
import type { Loop, LoopPicture } from './loop.ts';
import { PROFILES, type ProfileName } from './profile.ts';

interface Index {
  readonly scene: SceneName;
  readonly profile: ProfileName;
  readonly sps: string;
  readonly pps: string;
  readonly pictures: readonly (Omit<LoopPicture, 'slice'> & { readonly bytes: number })[];
}

/** A loop as one file: length of the index (32 bits), the index as JSON, then the slices behind each other. */
export function writeLoop(loop: Loop): Buffer {
  const index: Index = {
    scene: loop.scene,
    profile: loop.profile.name,
    sps: loop.sps.toString('base64'),
    pps: loop.pps.toString('base64'),
    pictures: loop.pictures.map(({ slice, ...rest }) => ({ ...rest, bytes: slice.length })),
  };
  const json = Buffer.from(JSON.stringify(index));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(json.length);
  return Buffer.concat([length, json, ...loop.pictures.map((picture) => picture.slice)]);
}

/** Throws when the file is cut or not one of ours. */
export function readLoop(file: Buffer): Loop {
  const start = 4 + file.readUInt32BE(0);
  const index = JSON.parse(file.toString('utf8', 4, start)) as Index;
  let at = start;
  const pictures = index.pictures.map(({ bytes, ...rest }) => {
    at += bytes;
    return { ...rest, slice: file.subarray(at - bytes, at) };
  });
  if (at !== file.length) throw new Error('loop file is cut');
  return {
    scene: index.scene,
    profile: PROFILES[index.profile],
    sps: Buffer.from(index.sps, 'base64'),
    pps: Buffer.from(index.pps, 'base64'),
    pictures,
  };
}
