import { BLACK, type Macroblock, WHITE } from './macroblock.ts';
import { MotionField } from './motion-field.ts';
import { SliceWriter } from './slice-writer.ts';

/** What ties a slice of the band to the scene's slice of the same picture. */
export interface PictureHead {
  readonly nalHeader: number;
  /** Slice header behind `first_mb_in_slice`, as text of 0 and 1. */
  readonly header: string;
}

// Macroblock types, H.264 tables 7-11 and 7-13.
const I_PCM = 25;
const INTRA_VERTICAL = 1;
const INTRA_HORIZONTAL = 2;
const INTRA_OFFSET_IN_P = 5;
const P_L0_16X16 = 0;
// intra_chroma_pred_mode, table 7-16.
const CHROMA_HORIZONTAL = 1;
const CHROMA_VERTICAL = 2;

const writer = new SliceWriter();

/**
 * The band of a key picture: an I slice in CAVLC. A macroblock of one grey that its left or upper neighbour ends in
 * is predicted from there; every other one is sent as samples.
 */
export function intraSlice(head: PictureHead, blocks: readonly Macroblock[], columns: number): Buffer {
  writer.begin(head.nalHeader);
  writer.ue(0);
  writer.text(head.header);
  // Number of coefficients that CAVLC counts for a neighbour (9.2.1): 16 in I_PCM, here 0 elsewhere.
  const coefficients = new Uint8Array(blocks.length);
  blocks.forEach((block, index) => {
    const left = index % columns > 0 ? blocks[index - 1] : undefined;
    const above = index >= columns ? blocks[index - columns] : undefined;
    const fromLeft = block.flat !== null && left?.rightEdge === block.flat;
    const fromAbove = block.flat !== null && above?.bottomEdge === block.flat;
    if (!fromLeft && !fromAbove) {
      writer.ue(I_PCM);
      writer.pcm(block.samples);
      coefficients[index] = 16;
      return;
    }
    writer.ue(fromLeft ? INTRA_HORIZONTAL : INTRA_VERTICAL);
    writer.ue(fromLeft ? CHROMA_HORIZONTAL : CHROMA_VERTICAL);
    writer.se(0);
    const beside = left && coefficients[index - 1];
    const over = above && coefficients[index - columns];
    const context = beside !== undefined && over !== undefined ? (beside + over + 1) >> 1 : (beside ?? over ?? 0);
    // coeff_token of an empty Intra16x16DCLevel (table 9-5).
    if (context < 2) writer.u(1, 1);
    else writer.u(3, 6);
  });
  return writer.end();
}

/**
 * The band of a picture between: a P slice that sends only what changed. A square of the barcode is fetched by
 * motion from the start mark, which shows both colours at `mark` (white) and `mark` + 1 (black); anything else changed
 * is sent as samples.
 */
export function interSlice(
  head: PictureHead,
  before: readonly Macroblock[],
  blocks: readonly Macroblock[],
  columns: number,
  mark: number,
): Buffer {
  writer.begin(head.nalHeader);
  writer.ue(0);
  writer.text(head.header);
  const field = new MotionField(columns, blocks.length);
  const markRow = Math.floor(mark / columns);
  let skipped = 0;
  blocks.forEach((block, index) => {
    const changed = block !== before[index];
    const onBarcode = (block === WHITE || block === BLACK) && Math.floor(index / columns) === markRow;
    if (changed && !onBarcode) {
      writer.ue(skipped);
      skipped = 0;
      writer.ue(INTRA_OFFSET_IN_P + I_PCM);
      writer.pcm(block.samples);
      field.setIntra(index);
      return;
    }
    // Quarter samples.
    const motion = changed ? (mark + (block === WHITE ? 0 : 1) - index) * 16 * 4 : 0;
    if (!changed && field.skipIsStill(index)) {
      skipped++;
      return;
    }
    writer.ue(skipped);
    skipped = 0;
    writer.ue(P_L0_16X16);
    writer.se(motion - field.predict(index));
    writer.se(0);
    // coded_block_pattern 0 of an inter macroblock (table 9-4).
    writer.ue(0);
    field.setMotion(index, motion);
  });
  if (skipped > 0) writer.ue(skipped);
  return writer.end();
}
