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
  readonly #scale: 0.5 | 1;

  constructor(profile: StreamProfile, name: string, caption: string) {
    this.columns = profile.width / 16;
    this.rows = profile.bandRows;
    const place = BARCODE_PLACES[profile.name];
    this.barcode = (place.y / 16) * this.columns + place.x / 16;
    this.#scale = profile.name === 'main' ? 1 : 0.5;
    this.#clockColumn = this.columns - 1 - Math.ceil(CLOCK_CHARACTERS * this.#scale);
    const fixed = new Array<Macroblock>(this.columns * this.rows).fill(BLACK);
    const title = textBlocks(name, this.#scale, this.#clockColumn - 2);
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
    const time = new Date(epochMs).toISOString().slice(0, CLOCK_CHARACTERS).replace('T', ' ');
    this.#place(blocks, textBlocks(time, this.#scale, CLOCK_CHARACTERS), this.#clockColumn);
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
