import { expect, it } from 'vitest';
import type { Loop } from '../encoding/loop.ts';
import { PROFILES } from '../encoding/profile.ts';
import { BandedSource } from './banded-source.ts';

const picture = (key: boolean) => ({
  key,
  nalHeader: key ? 0x65 : 0x41,
  header: '10110',
  slice: Buffer.from([0x41, 1, 2, 3]),
});
const loop: Loop = {
  scene: 'junction',
  profile: PROFILES.sub,
  sps: Buffer.from([0x67, 1]),
  pps: Buffer.from([0x68, 1]),
  pictures: Array.from({ length: 50 }, (_, i) => picture(i === 0)),
};

it('a command between two pictures shows: what the last one showed is remembered, not asked for again', () => {
  let position = 'P+012 T-03 Z1.4';
  const source = new BandedSource({
    loop,
    name: 'A camera',
    caption: '',
    offset: 0,
    timeOf: (frame) => Date.UTC(2026, 0, 1) + frame * 40,
    position: () => position,
  });
  const octets = (frame: number) => source.picture(frame, true).templates[0]?.octets ?? 0;
  octets(0);
  expect(octets(1)).toBeLessThan(40);
  position = 'P-120 T-03 Z1.4';
  expect(octets(2)).toBeGreaterThan(2 * 384);
  // Both streams of a camera may show this source (the fault `resolution`).
  expect(octets(2)).toBeGreaterThan(2 * 384);
  expect(octets(3)).toBeLessThan(40);
});
