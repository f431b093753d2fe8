import type { StreamProfile } from '../encoding/profile.ts';
import { BARCODE_PLACES, BARCODE_SQUARES, barcodeSquares } from './barcode.ts';
import { renderText } from './font.ts';
import { BLACK, type Macroblock, macroblock, WHITE } from './macroblock.ts';

const CLOCK_CHARACTERS = 19;
/** Macroblocks that a position takes, at scale 0.5. */
const POSITION_COLUMNS = 8;

/**
 * What the band of one camera and profile shows: name on the left, UTC wall clock on the right, below them the
 * barcode of the frame number (and, where there is room, a caption), and at the bottom a black row. A camera that can be
 * moved also shows where it looks: at the end of the barcode's row, or before the clock where there is no room for captions.
 */
export class BandLayout {
  /** Macroblocks per row and rows. */
  readonly columns: number;
  readonly rows: number;
  /** Index of the barcode's first square, which is always white; the second is always black. */
  readonly barcode: number;
  readonly #fixed: readonly Macroblock[];
  readonly #clockColumn: number;
  /** Index of the position's first macroblock. */
  readonly #position: number;
  readonly #scale: 0.5 | 1;

  /** `movable`: whether there is to be room for a position. */
  constructor(profile: StreamProfile, name: string, caption: string, movable = false) {
    this.columns = profile.width / 16;
    this.rows = profile.bandRows;
    const place = BARCODE_PLACES[profile.name];
    this.barcode = (place.y / 16) * this.columns + place.x / 16;
    this.#scale = profile.name === 'main' ? 1 : 0.5;
    this.#clockColumn = this.columns - 1 - Math.ceil(CLOCK_CHARACTERS * this.#scale);
    const fixed = new Array<Macroblock>(this.columns * this.rows).fill(BLACK);
    const captioned = profile.name === 'main';
    const row = (place.y / 16) * this.columns;
    const beforeClock = this.#clockColumn - 1 - POSITION_COLUMNS;
    const atEnd = this.columns - 1 - POSITION_COLUMNS;
    this.#position = captioned ? row + atEnd : beforeClock;
    const titleEnd = movable && !captioned ? beforeClock : this.#clockColumn - 1;
    this.#place(fixed, textBlocks(name, this.#scale, titleEnd - 1), 1);
    if (captioned) {
      const start = place.x / 16 + BARCODE_SQUARES + 1;
      const end = (movable ? atEnd : this.columns - 1) - 1;
      this.#place(fixed, textBlocks(caption, 0.5, end - start), row + start);
    }
    this.#fixed = fixed;
  }

  /**
   * Every macroblock of the band at a frame number and a time in milliseconds since the epoch, and for a camera that can be
   * moved, with its position: up to 15 characters, always as many.
   */
  at(frame: number, epochMs: number, position: string | null = null): Macroblock[] {
    const blocks = this.#fixed.slice();
    const time = new Date(epochMs).toISOString().slice(0, CLOCK_CHARACTERS).replace('T', ' ');
    this.#place(blocks, textBlocks(time, this.#scale, CLOCK_CHARACTERS), this.#clockColumn);
    if (position !== null) {
      // Right-aligned: half a macroblock keeps it off what stands before it.
      this.#place(blocks, textBlocks(position.padStart(POSITION_COLUMNS * 2), 0.5, POSITION_COLUMNS), this.#position);
    }
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

/** Columns of macroblocks by the characters they show and their scale: shared by all cameras. */
const columnsByText = new Map<string, readonly Macroblock[]>();

/** A text as rows of macroblocks: two rows at scale 1, one row at 0.5; at most `columns` wide. */
function textBlocks(text: string, scale: 0.5 | 1, columns: number): Macroblock[][] {
  const perBlock = 1 / scale;
  const characters = [...text].slice(0, columns * perBlock);
  const rows: Macroblock[][] = Array.from({ length: 2 * scale }, () => []);
  for (let i = 0; i < characters.length; i += perBlock) {
    const column = textColumn(characters.slice(i, i + perBlock).join(''), scale);
    rows.forEach((row, y) => {
      row.push(column[y] ?? BLACK);
    });
  }
  return rows;
}

/** The one or two macroblocks that show one character (scale 1) or two (scale 0.5). */
function textColumn(text: string, scale: 0.5 | 1): readonly Macroblock[] {
  const key = `${scale} ${text}`;
  const known = columnsByText.get(key);
  if (known) return known;
  const { luma, height } = renderText(text, 1 / scale, scale);
  const column: Macroblock[] = [];
  for (let at = 0; at < height * 16; at += 256) {
    const block = macroblock(luma.slice(at, at + 256));
    column.push(block.flat === BLACK.flat ? BLACK : block);
  }
  columnsByText.set(key, column);
  return column;
}
