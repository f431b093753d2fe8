import type { StreamProfile } from '../encoding/profile.ts';
import { BARCODE_PLACES, BARCODE_SQUARES, barcodeSquares } from './barcode.ts';
import { renderText } from './font.ts';
import { BLACK, type Macroblock, macroblock, WHITE } from './macroblock.ts';

const CLOCK_CHARACTERS = 19;

/**
 * What the band of one camera and profile shows: name on the left, UTC wall clock on the right, below them the
 * barcode of the frame number (and, where there is room, a caption), and at the bottom a black row.
 */
export class BandLayout {
  /** Macroblocks per row and rows. */
  readonly columns: number;
  readonly rows: number;
  /** Index of the barcode's first square, which is always white; the second is always black. */
  readonly barcode: number;
  readonly #fixed: readonly Macroblock[];
  readonly #clockColumn: number;
  readonly #clock: ClockStrip;

  constructor(profile: StreamProfile, name: string, caption: string) {
    this.columns = profile.width / 16;
    this.rows = profile.bandRows;
    const place = BARCODE_PLACES[profile.name];
    this.barcode = (place.y / 16) * this.columns + place.x / 16;
    this.#clock = clockStrip(profile.name === 'main' ? 1 : 0.5);
    this.#clockColumn = this.columns - 1 - this.#clock.columns;
    const fixed = new Array<Macroblock>(this.columns * this.rows).fill(BLACK);
    const title = textBlocks(name, this.#clock.scale, this.#clockColumn - 2);
    this.#place(fixed, title, 1);
    if (profile.name === 'main') {
      const at = (place.y / 16) * this.columns + place.x / 16 + BARCODE_SQUARES + 1;
      this.#place(fixed, textBlocks(caption, 0.5, this.columns - 2 - BARCODE_SQUARES - 3), at);
    }
    this.#fixed = fixed;
  }

  /** Every macroblock of the band at a frame number and a time in milliseconds since the epoch. */
  at(frame: number, epochMs: number): Macroblock[] {
    const blocks = this.#fixed.slice();
    this.#place(blocks, this.#clock.blocks(epochMs), this.#clockColumn);
    const squares = barcodeSquares(frame);
    for (let i = 0; i < squares.length; i++) blocks[this.barcode + i] = squares[i] === 1 ? WHITE : BLACK;
    return blocks;
  }

  #place(blocks: Macroblock[], rows: readonly (readonly Macroblock[])[], at: number): void {
    rows.forEach((row, y) => {
      row.forEach((block, x) => {
        blocks[at + y * this.columns + x] = block;
      });
    });
  }
}

interface ClockStrip {
  readonly scale: 0.5 | 1;
  readonly columns: number;
  blocks(epochMs: number): Macroblock[][];
}

const strips = new Map<number, ClockStrip>();

/** The clock's macroblocks by character, shared by all cameras of a profile. */
function clockStrip(scale: 0.5 | 1): ClockStrip {
  const known = strips.get(scale);
  if (known) return known;
  const cache = new Map<string, Macroblock[][]>();
  const perBlock = scale === 1 ? 1 : 2;
  const columns = Math.ceil(CLOCK_CHARACTERS / perBlock);
  const strip: ClockStrip = {
    scale,
    columns,
    blocks(epochMs) {
      const text = new Date(epochMs).toISOString().slice(0, CLOCK_CHARACTERS).replace('T', ' ');
      const rows: Macroblock[][] = Array.from({ length: scale === 1 ? 2 : 1 }, () => []);
      for (let i = 0; i < columns; i++) {
        const part = text.slice(i * perBlock, (i + 1) * perBlock);
        let blocks = cache.get(part);
        if (blocks === undefined) {
          blocks = textBlocks(part, scale, 1);
          cache.set(part, blocks);
        }
        rows.forEach((row, y) => {
          row.push(blocks[y]?.[0] ?? BLACK);
        });
      }
      return rows;
    },
  };
  strips.set(scale, strip);
  return strip;
}

/** A text cut into macroblocks: two rows of them at scale 1, one row at 0.5; at most `columns` wide. */
function textBlocks(text: string, scale: 0.5 | 1, columns: number): Macroblock[][] {
  const { luma, width, height } = renderText(text, columns / scale, scale);
  const rows: Macroblock[][] = [];
  for (let y = 0; y < height / 16; y++) {
    const row: Macroblock[] = [];
    for (let x = 0; x < width / 16; x++) {
      const block = new Uint8Array(256);
      for (let line = 0; line < 16; line++) {
        const from = (y * 16 + line) * width + x * 16;
        block.set(luma.subarray(from, from + 16), line * 16);
      }
      const made = macroblock(block);
      row.push(made.flat === BLACK.flat ? BLACK : made);
    }
    rows.push(row);
  }
  return rows;
}
