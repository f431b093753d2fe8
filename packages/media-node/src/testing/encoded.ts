import { spawnSync } from 'node:child_process';
import {
  beginsPicture,
  isSlice,
  nalType,
  parsePps,
  parseSliceHeader,
  parseSps,
  splitAnnexB,
  typeOfNal,
} from '@marsad/media';

export interface Encoded {
  readonly pictures: readonly (readonly Buffer[])[];
  readonly parameterSets: readonly Buffer[];
}

/** Two seconds of a test picture at 25 per second, key picture every second, made by ffmpeg. */
export function encode(options: readonly string[] = [], size = '320x240'): Encoded {
  const { stdout, status, stderr } = spawnSync(
    'ffmpeg',
    [
      ...['-loglevel', 'error', '-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=25`, '-t', '2'],
      ...['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '25', '-bf', '0', '-pix_fmt', 'yuv420p'],
      ...options,
      ...['-f', 'h264', '-'],
    ],
    { maxBuffer: 64 * 1024 * 1024 },
  );
  if (status !== 0) throw new Error(`ffmpeg: ${stderr}`);
  const pictures: Buffer[][] = [];
  const parameterSets: Buffer[] = [];
  let active: { sps: ReturnType<typeof parseSps>; pps: ReturnType<typeof parsePps> } | null = null;
  let sps: ReturnType<typeof parseSps> | null = null;
  let last: NonNullable<ReturnType<typeof parseSliceHeader>> | null = null;
  for (const nal of splitAnnexB(stdout)) {
    const type = typeOfNal(nal);
    if (type === nalType.sps || type === nalType.pps) {
      if (type === nalType.sps) sps = parseSps(nal);
      else if (sps) active = { sps, pps: parsePps(nal) };
      if (!parameterSets.some((known) => known.equals(nal))) parameterSets.push(nal);
    } else if (isSlice(type)) {
      const header = parseSliceHeader(nal, () => active);
      if (!header) throw new Error('ffmpeg wrote a slice that cannot be read');
      if (!last || beginsPicture(last, header)) pictures.push([nal]);
      else pictures.at(-1)?.push(nal);
      last = header;
    }
  }
  return { pictures, parameterSets };
}
