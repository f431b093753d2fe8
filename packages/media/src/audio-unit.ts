import type { AccessUnit } from './access-unit.ts';

/** One audio frame as an access unit: it needs no other, and everything may need it. */
export function audioUnit(track: number, frame: Buffer, pts: number, arrival: number): AccessUnit {
  return {
    track,
    kind: 'audio',
    nals: [frame],
    pts,
    dts: pts,
    arrival,
    key: true,
    disposable: false,
    bytes: frame.length,
  };
}
