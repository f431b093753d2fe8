import { makePps, makeSlice, makeSps } from '../../h264/test-stream.ts';

const slices = Array.from({ length: 6 }, (_, i) => [
  makeSlice({ key: i === 0, frameNum: i, length: 900 }),
  makeSlice({ key: i === 0, frameNum: i, firstMb: 9, type: 1 }),
]);
/** Six pictures of two slices, by timestamp; the first is a key picture and has the parameter sets. */
export const samplePictures = slices.map((nals, i): [number, Buffer[]] => [
  i * 3600,
  i === 0 ? [makeSps(), makePps(), ...nals] : nals,
]);
