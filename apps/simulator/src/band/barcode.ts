/**
 * The barcode that carries the frame number: one row of 16×16 squares, white for 1 and black for 0. This file imports
 * nothing, so that it also runs in a browser on the pixels of a canvas.
 *
 * Squares from the left: white, black, white (the start mark); 32 bits of the number in Gray code, most significant
 * first; the parity of those 32 bits. From one frame to the next exactly one bit and the parity change.
 */
export const BARCODE_BITS = 32;
export const BARCODE_SQUARES = 3 + BARCODE_BITS + 1;
export const SQUARE = 16;

export interface BarcodePlace {
  /** Size of the picture that the place is meant for, in pixels. */
  readonly width: number;
  readonly height: number;
  /** Top left corner of the first square, in pixels. */
  readonly x: number;
  readonly y: number;
}

export const BARCODE_PLACES = {
  main: { width: 1280, height: 720, x: 32, y: 32 },
  sub: { width: 640, height: 360, x: 32, y: 16 },
} as const satisfies Record<string, BarcodePlace>;

/** The 36 squares of a frame number (taken modulo 2³²): 1 is white. */
export function barcodeSquares(frame: number): Uint8Array {
  const squares = new Uint8Array(BARCODE_SQUARES);
  squares[0] = 1;
  squares[2] = 1;
  const gray = grayCode(frame);
  let parity = 0;
  for (let bit = 0; bit < BARCODE_BITS; bit++) {
    const value = (gray >>> (31 - bit)) & 1;
    squares[3 + bit] = value;
    parity ^= value;
  }
  squares[BARCODE_SQUARES - 1] = parity;
  return squares;
}

/** Gray code of the number modulo 2³², unsigned. */
export function grayCode(frame: number): number {
  const low = (frame % 4294967296) >>> 0;
  return (low ^ (low >>> 1)) >>> 0;
}

/**
 * Reads the frame number out of a decoded picture, or null when there is no whole barcode in it.
 *
 * `luma` holds brightness 0…255, `stride` bytes from row to row (default `width`) and `step` bytes from pixel to pixel
 * (default 1; 4 for the RGBA of a canvas, whose red serves as brightness). The picture may be scaled: main is
 * told from sub by trying both, each stretched to `width` × `height`.
 */
export function readBarcode(
  luma: ArrayLike<number>,
  width: number,
  height: number,
  stride = width,
  step = 1,
): number | null {
  const wide = width > 960;
  const order = wide ? [BARCODE_PLACES.main, BARCODE_PLACES.sub] : [BARCODE_PLACES.sub, BARCODE_PLACES.main];
  for (const place of order) {
    const frame = readAt(luma, place, width / place.width, height / place.height, stride, step);
    if (frame !== null) return frame;
  }
  return null;
}

function readAt(
  luma: ArrayLike<number>,
  place: BarcodePlace,
  scaleX: number,
  scaleY: number,
  stride: number,
  step: number,
): number | null {
  const levels: number[] = [];
  for (let i = 0; i < BARCODE_SQUARES; i++) {
    levels.push(level(luma, place.x + i * SQUARE, place.y, scaleX, scaleY, stride, step));
  }
  const [white = 0, black = 0, again = 0] = levels;
  if (Math.min(white, again) - black < 60) return null;
  const threshold = (white + black) / 2;
  let gray = 0;
  let parity = 0;
  for (let bit = 0; bit < BARCODE_BITS; bit++) {
    const value = (levels[3 + bit] ?? 0) > threshold ? 1 : 0;
    gray = gray * 2 + value;
    parity ^= value;
  }
  if (((levels[BARCODE_SQUARES - 1] ?? 0) > threshold ? 1 : 0) !== parity) return null;
  let number = gray >>> 0;
  for (const shift of [1, 2, 4, 8, 16]) number = (number ^ (number >>> shift)) >>> 0;
  return number;
}

/** Mean brightness of the inner part of a square, from nine samples. */
function level(
  luma: ArrayLike<number>,
  x: number,
  y: number,
  scaleX: number,
  scaleY: number,
  stride: number,
  step: number,
): number {
  let sum = 0;
  for (const dy of [5, 8, 11]) {
    for (const dx of [5, 8, 11]) {
      const column = Math.floor((x + dx) * scaleX);
      const row = Math.floor((y + dy) * scaleY);
      sum += luma[row * stride + column * step] ?? 0;
    }
  }
  return sum / 9;
}
