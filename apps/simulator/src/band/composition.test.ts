import { joinAnnexB, parseSps } from '@marsad/media';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodeScene } from '../encoding/encode-scene.ts';
import { joinableLoop, type Loop } from '../encoding/loop.ts';
import { readLoop, writeLoop } from '../encoding/loop-file.ts';
import { PROFILES } from '../encoding/profile.ts';
import type { EncodedPicture } from '../encoding/video-encoder.ts';
import { positionText } from '../ptz/position.ts';
import { junction } from '../scenes/junction.ts';
import { type DecodedPicture, decodeH264 } from '../testing/decode.ts';
import { BandComposer, type BandMoment } from './band-composer.ts';
import { BandLayout } from './band-layout.ts';
import { readBarcode } from './barcode.ts';

const PICTURES = 100;
/** Over the wrap of the loop, and over a change of the clock's every digit but the year's. */
const FRAMES = 130;
const FIRST = 702_000_000;
const NAME = 'Sheikh Zayed Rd / Trade Centre – 03';
const timeOf = (frame: number) => Date.UTC(2026, 10, 30, 23, 59, 58) + (frame - FIRST) * 40;
const fixed = (frame: number): BandMoment => ({ frame, epochMs: timeOf(frame), position: null });
/** Turns, stands still for a second, then goes up and closer. */
const moving = (frame: number): BandMoment => {
  const way = (frame - FIRST) / FRAMES;
  const position = { pan: Math.min(way, 0.4) - 0.2, tilt: Math.max(0, way - 0.6) - 0.1, zoom: Math.max(0, way - 0.6) };
  return { frame, epochMs: timeOf(frame), position: positionText(position) };
};

describe.each(['main', 'sub'] as const)('band over the scene, %s', (name) => {
  const profile = PROFILES[name];
  const band = profile.bandRows * 16;
  let scene: EncodedPicture[];
  let loop: Loop;
  let composed: DecodedPicture[];

  beforeAll(async () => {
    scene = (await encodeScene(junction, [profile], undefined, PICTURES))[0] ?? [];
    loop = readLoop(writeLoop(joinableLoop('junction', profile, scene)));
    composed = await decodeH264(compose(new BandComposer(profile, NAME, 'cam-0001'), fixed));
  }, 120_000);

  const compose = (composer: BandComposer, moment: (frame: number) => BandMoment) =>
    Array.from({ length: FRAMES }, (_, i) => {
      const picture = loop.pictures[i % PICTURES];
      if (!picture) throw new Error('loop is short');
      const now = moment(FIRST + i);
      if (picture.key) return joinAnnexB([loop.sps, loop.pps, composer.key(picture, now), picture.slice]);
      return joinAnnexB([composer.between(picture, moment(FIRST + i - 1), now), picture.slice]);
    });

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

  it('shows where a camera looks that moves, every sample of the band as drawn, and leaves the scene', async () => {
    const pictures = await decodeH264(compose(new BandComposer(profile, NAME, 'cam-0001', true), moving));
    expect(pictures).toHaveLength(FRAMES);
    const layout = new BandLayout(profile, NAME, 'cam-0001', true);
    pictures.forEach((picture, i) => {
      const { epochMs, position } = moving(FIRST + i);
      const drawn = lumaOf(layout, FIRST + i, epochMs, position);
      if (!picture.data.subarray(0, drawn.length).equals(drawn)) expect.fail(`the band of picture ${i} differs`);
      if (!sceneArea(picture, band).equals(sceneArea(composed[i], band))) expect.fail(`picture ${i} differs`);
    });
    expect(pictures.map(({ data, width, height }) => readBarcode(data, width, height))).toContain(FIRST + 129);
  });

  it('costs little', () => {
    const composer = new BandComposer(profile, 'Name', '');
    const picture = loop.pictures[1];
    if (!picture) throw new Error('loop is short');
    const at = (frame: number) => ({ frame, epochMs: Date.UTC(2026, 0, 1) + 500, position: null });
    expect(composer.between(picture, at(700), at(701)).length).toBeLessThan(40);
  });
});

/** The band as it is meant to be, as rows of luma. */
function lumaOf(layout: BandLayout, frame: number, epochMs: number, position: string | null): Buffer {
  const width = layout.columns * 16;
  const luma = Buffer.alloc(width * layout.rows * 16);
  layout.at(frame, epochMs, position).forEach(({ samples }, index) => {
    const at = Math.floor(index / layout.columns) * 16 * width + (index % layout.columns) * 16;
    for (let row = 0; row < 16; row++) luma.set(samples.subarray(row * 16, row * 16 + 16), at + row * width);
  });
  return luma;
}

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
