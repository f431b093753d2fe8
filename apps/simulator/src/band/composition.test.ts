import { joinAnnexB, parseSps } from '@marsad/media';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodeScene } from '../encoding/encode-scene.ts';
import { joinableLoop, type Loop } from '../encoding/loop.ts';
import { readLoop, writeLoop } from '../encoding/loop-file.ts';
import { PROFILES } from '../encoding/profile.ts';
import type { EncodedPicture } from '../encoding/video-encoder.ts';
import { junction } from '../scenes/junction.ts';
import { type DecodedPicture, decodeH264 } from '../testing/decode.ts';
import { BandComposer } from './band-composer.ts';
import { readBarcode } from './barcode.ts';

const PICTURES = 100;
/** Over the wrap of the loop, and over a change of the clock's every digit but the year's. */
const FRAMES = 130;
const FIRST = 702_000_000;
const timeOf = (frame: number) => Date.UTC(2026, 10, 30, 23, 59, 58) + (frame - FIRST) * 40;

describe.each(['main', 'sub'] as const)('band over the scene, %s', (name) => {
  const profile = PROFILES[name];
  const band = profile.bandRows * 16;
  let scene: EncodedPicture[];
  let loop: Loop;
  let composed: DecodedPicture[];

  beforeAll(async () => {
    scene = (await encodeScene(junction, [profile], undefined, PICTURES))[0] ?? [];
    loop = readLoop(writeLoop(joinableLoop('junction', profile, scene)));
    const composer = new BandComposer(profile, 'Sheikh Zayed Rd / Trade Centre – 03', 'cam-0001');
    const units = Array.from({ length: FRAMES }, (_, i) => {
      const picture = loop.pictures[i % PICTURES];
      if (!picture) throw new Error('loop is short');
      const now = { frame: FIRST + i, epochMs: timeOf(FIRST + i) };
      if (picture.key) return joinAnnexB([loop.sps, loop.pps, composer.key(picture, now), picture.slice]);
      const before = { frame: FIRST + i - 1, epochMs: timeOf(FIRST + i - 1) };
      return joinAnnexB([composer.between(picture, before, now), picture.slice]);
    });
    composed = await decodeH264(units);
  }, 120_000);

  it('has the size of the whole picture', () => {
    expect(parseSps(loop.sps)).toMatchObject({ width: profile.width, height: profile.height, frameRate: 25 });
    expect(composed).toHaveLength(FRAMES);
    expect(composed[0]).toMatchObject({ width: profile.width, height: profile.height });
  });

  it('leaves the scene as it decodes alone, bit by bit, over the wrap of the loop', async () => {
    const order = Array.from({ length: FRAMES }, (_, i) => scene[i % PICTURES]?.data ?? Buffer.alloc(0));
    const alone = await decodeH264(order);
    expect(alone).toHaveLength(FRAMES);
    alone.forEach((picture, i) => {
      const below = sceneArea(composed[i], band);
      if (!below.equals(picture.data)) expect.fail(`picture ${i} differs`);
    });
  });

  it('shows the frame number of every picture', () => {
    const numbers = composed.map(({ data, width, height }) => readBarcode(data, width, height));
    expect(numbers).toEqual(Array.from({ length: FRAMES }, (_, i) => FIRST + i));
  });

  it('shows a name and a clock that moves', () => {
    const { width } = profile;
    const strip = (i: number, from: number, to: number) => {
      const rows: Buffer[] = [];
      for (let y = 0; y < 16; y++)
        rows.push(composed[i]?.data.subarray(y * width + from, y * width + to) ?? Buffer.alloc(0));
      return Buffer.concat(rows);
    };
    const bright = strip(40, 0, width / 3).filter((value) => value > 180).length;
    expect(bright).toBeGreaterThan(150);
    expect(strip(40, 0, width / 3).equals(strip(120, 0, width / 3))).toBe(true);
    expect(strip(40, (width * 2) / 3, width).equals(strip(60, (width * 2) / 3, width))).toBe(false);
  });

  it('costs little', () => {
    const composer = new BandComposer(profile, 'Name', '');
    const picture = loop.pictures[1];
    if (!picture) throw new Error('loop is short');
    const at = (frame: number) => ({ frame, epochMs: Date.UTC(2026, 0, 1) + 500 });
    expect(composer.between(picture, at(700), at(701)).length).toBeLessThan(40);
  });
});

/** The picture without the rows of the band. */
function sceneArea(picture: DecodedPicture | undefined, band: number): Buffer {
  if (!picture) throw new Error('picture is missing');
  const { width, height, data } = picture;
  const luma = width * height;
  const half = width / 2;
  return Buffer.concat([
    data.subarray(band * width, luma),
    data.subarray(luma + (band / 2) * half, luma + luma / 4),
    data.subarray(luma + luma / 4 + (band / 2) * half),
  ]);
}
