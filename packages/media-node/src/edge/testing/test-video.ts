import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { VideoTrack } from '@marsad/media';

const CACHE = join(import.meta.dirname, '../../../../../.cache/edge-test-video');
export const FRAME_RATE = 25;
const SECONDS = 8;
/** Bits of the frame number drawn as boxes along the upper edge, lowest first. */
const BARCODE_BITS = 8;

interface TestPicture {
  readonly nals: readonly Buffer[];
  readonly key: boolean;
  readonly disposable: boolean;
  /** Place in display order, from 0. */
  readonly order: number;
}

export interface TestVideo {
  readonly track: VideoTrack;
  /** In decoding order; the first is a key picture. */
  readonly pictures: readonly TestPicture[];
}

export interface TestVideoOptions {
  readonly width: number;
  readonly height: number;
  readonly bitrate: string;
  /** Further arguments for libx264, such as B pictures. */
  readonly extra?: readonly string[];
}

/** A few seconds of real H.264 whose frame numbers can be read back, encoded once and cached. */
export async function testVideo(options: TestVideoOptions): Promise<TestVideo> {
  const { width, height, bitrate, extra = ['-bf', '0', '-profile:v', 'baseline'] } = options;
  const file = join(CACHE, `${width}x${height}-${bitrate}-${extra.join('')}.h264`);
  if (!existsSync(file)) await encode(file, width, height, bitrate, extra);
  return parse(await readFile(file), width, height);
}

async function encode(
  file: string,
  width: number,
  height: number,
  bitrate: string,
  extra: readonly string[],
): Promise<void> {
  await mkdir(CACHE, { recursive: true });
  const box = Math.floor(width / 16);
  const bits = Array.from({ length: BARCODE_BITS }, (_, bit) => {
    const at = `x=${bit * box}:y=0:w=${box}:h=${box}:t=fill`;
    return `drawbox=${at}:color=black,drawbox=${at}:color=white:enable='mod(floor(n/${2 ** bit}),2)'`;
  });
  const partial = `${file}.${process.pid}.partial`;
  await promisify(execFile)('ffmpeg', [
    ...['-v', 'error', '-y', '-f', 'lavfi'],
    ...['-i', `testsrc2=size=${width}x${height}:rate=${FRAME_RATE}:duration=${SECONDS},${bits.join(',')}`],
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p', ...extra],
    ...['-g', '50', '-keyint_min', '50', '-sc_threshold', '0'],
    ...['-b:v', bitrate, '-maxrate', bitrate, '-bufsize', bitrate, '-f', 'h264', partial],
  ]);
  await rename(partial, file);
}

function parse(data: Buffer, width: number, height: number): TestVideo {
  const sps: Buffer[] = [];
  const pps: Buffer[] = [];
  const pictures: { nals: Buffer[]; key: boolean; disposable: boolean; order: number }[] = [];
  for (const nal of splitAnnexB(data)) {
    const type = (nal[0] ?? 0) & 0x1f;
    if (type === 7 && sps.length === 0) sps.push(nal);
    else if (type === 8 && pps.length === 0) pps.push(nal);
    else if (type === 1 || type === 5) {
      // The first slice of a picture begins with first_mb_in_slice 0: one set bit.
      const last = pictures.at(-1);
      if (((nal[1] ?? 0) & 0x80) === 0 && last) last.nals.push(nal);
      else pictures.push({ nals: [nal], key: type === 5, disposable: ((nal[0] ?? 0) & 0x60) === 0, order: -1 });
    }
  }
  orderForDisplay(pictures);
  const [first] = sps;
  if (!first) throw new Error('no SPS in the encoded video');
  return {
    pictures,
    track: {
      kind: 'video',
      codec: 'h264',
      clockRate: 90_000,
      parameterSets: { sps: first, pps },
      width,
      height,
      profileLevelId: first.subarray(1, 4).toString('hex'),
      frameRate: FRAME_RATE,
      reorders: pictures.some((picture, index) => picture.order !== index),
    },
  };
}

/** Pictures nothing refers to are shown before the reference that was coded ahead of them (no pyramid is told apart). */
function orderForDisplay(pictures: { disposable: boolean; order: number }[]): void {
  let order = 0;
  let held: { order: number } | null = null;
  for (const picture of pictures) {
    if (!picture.disposable) {
      if (held) held.order = order++;
      held = picture;
    } else picture.order = order++;
  }
  if (held) held.order = order;
}

function* splitAnnexB(data: Buffer): Generator<Buffer> {
  const start = Buffer.from([0, 0, 1]);
  let at = data.indexOf(start);
  while (at >= 0) {
    const next = data.indexOf(start, at + 3);
    let end = next < 0 ? data.length : next;
    while (end > at + 3 && data[end - 1] === 0) end--;
    yield data.subarray(at + 3, end);
    at = next;
  }
}
