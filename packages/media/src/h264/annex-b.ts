const startCode = Buffer.from([0, 0, 0, 1]);

/**
 * NAL units of an Annex B byte stream (H.264 B.1), as views of it. Bytes before the first start code are left out, as
 * are trailing zeros and empty units. A NAL unit the stream ends in is given as far as it goes.
 */
export function splitAnnexB(stream: Buffer): Buffer[] {
  const nals: Buffer[] = [];
  let start = -1;
  for (let at = stream.indexOf(1, 2); at !== -1; at = stream.indexOf(1, at + 1)) {
    if (stream[at - 1] !== 0 || stream[at - 2] !== 0) continue;
    if (start !== -1) push(nals, stream, start, at - 2);
    start = at + 1;
  }
  if (start !== -1) push(nals, stream, start, stream.length);
  return nals;
}

/** NAL units with four-byte start codes. */
export function joinAnnexB(nals: readonly Buffer[]): Buffer {
  return Buffer.concat(nals.flatMap((nal) => [startCode, nal]));
}

function push(nals: Buffer[], stream: Buffer, start: number, end: number): void {
  let last = end;
  // A NAL unit never ends in a zero byte (7.4.1), so zeros belong to the next start code or are padding.
  while (last > start && stream[last - 1] === 0) last--;
  if (last > start) nals.push(stream.subarray(start, last));
}
