import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BARCODE_PLACES, barcodeSquares, grayCode, readBarcode } from './barcode.ts';

function draw(frame: number, place: keyof typeof BARCODE_PLACES, scale: number, step: number): Uint8Array {
  const { width, height, x, y } = BARCODE_PLACES[place];
  const [w, h] = [width * scale, height * scale];
  const pixels = new Uint8Array(w * h * step).fill(16);
  barcodeSquares(frame).forEach((bit, i) => {
    for (let row = y * scale; row < (y + 16) * scale; row++) {
      pixels.fill(
        bit ? 235 : 16,
        (row * w + (x + i * 16) * scale) * step,
        (row * w + (x + i * 16 + 16) * scale) * step,
      );
    }
  });
  return pixels;
}

describe('barcode', () => {
  it('is read back, in both profiles, from luma and from the pixels of a canvas', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 32 - 1), fc.constantFrom('main', 'sub'), fc.constantFrom(1, 4), (frame, place, step) => {
        const { width, height } = BARCODE_PLACES[place];
        expect(readBarcode(draw(frame, place, 1, step), width, height, width * step, step)).toBe(frame);
      }),
      { numRuns: 30 },
    );
  });

  it('is read from a picture shown twice as large', () => {
    const pixels = draw(702_123_456, 'sub', 2, 1);
    expect(readBarcode(pixels, 1280, 720)).toBe(702_123_456);
  });

  it('changes one bit from frame to frame, also over the wrap', () => {
    for (const frame of [0, 1, 2 ** 31 - 1, 702_000_000, 2 ** 32 - 1]) {
      let changed = (grayCode(frame) ^ grayCode(frame + 1)) >>> 0;
      let bits = 0;
      for (; changed !== 0; changed >>>= 1) bits += changed & 1;
      expect(bits).toBe(1);
    }
  });

  it('is null where there is none, and where a square is wrong', () => {
    expect(readBarcode(new Uint8Array(1280 * 720).fill(90), 1280, 720)).toBeNull();
    const pixels = draw(5, 'main', 1, 1);
    for (let row = 32; row < 48; row++) pixels.fill(235, row * 1280 + 32 + 16 * 10, row * 1280 + 32 + 16 * 11);
    expect(readBarcode(pixels, 1280, 720)).toBeNull();
  });
});
