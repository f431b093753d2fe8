import type { ParameterSets } from '../access-unit.ts';
import { nalType, typeOfNal } from './nal.ts';
import { type Pps, parsePps } from './pps.ts';
import { parseSps, type Sps } from './sps.ts';

/** The sets that a picture parameter set id leads to. */
export interface ActiveSets {
  readonly sps: Sps;
  readonly pps: Pps;
}

/**
 * Parameter sets seen so far, by id (H.264 7.4.1.2.1). A later one with the same id takes the place of the earlier.
 * Never holds more than 32 + 256.
 */
export class ParameterSetStore {
  /** Sets that could not be read. */
  malformed = 0;
  /** Changes whenever a set was added or replaced by a different one. */
  version = 0;
  readonly #sps = new Map<number, { nal: Buffer; sps: Sps }>();
  readonly #pps = new Map<number, { nal: Buffer; pps: Pps }>();
  readonly #active = new Map<number, ActiveSets | null>();

  /** Whether this very SPS or PPS is held already. */
  has(nal: Buffer): boolean {
    const bytes = trimmed(nal);
    const held = typeOfNal(bytes) === nalType.sps ? this.#sps : this.#pps;
    for (const { nal: known } of held.values()) if (known.equals(bytes)) return true;
    return false;
  }

  /** Takes an SPS or PPS (a copy is made). Others are ignored. */
  add(nal: Buffer): void {
    if (this.has(nal)) return;
    const bytes = trimmed(nal);
    try {
      if (typeOfNal(bytes) === nalType.sps) {
        const sps = parseSps(bytes);
        this.#sps.set(sps.id, { nal: Buffer.from(bytes), sps });
      } else if (typeOfNal(bytes) === nalType.pps) {
        const pps = parsePps(bytes);
        this.#pps.set(pps.id, { nal: Buffer.from(bytes), pps });
      } else return;
      this.version++;
      this.#active.clear();
    } catch {
      this.malformed++;
    }
  }

  /** Null when the id, or what it refers to, is not known. */
  active(ppsId: number): ActiveSets | null {
    const known = this.#active.get(ppsId);
    if (known !== undefined) return known;
    const pps = this.#pps.get(ppsId)?.pps;
    const sps = pps === undefined ? undefined : this.#sps.get(pps.spsId)?.sps;
    const found = pps === undefined || sps === undefined ? null : { sps, pps };
    if (this.#active.size < 1024) this.#active.set(ppsId, found);
    return found;
  }

  /** The SPS that a PPS id leads to, with every PPS that refers to it. */
  setsFor(ppsId: number): ParameterSets | null {
    const spsId = this.#pps.get(ppsId)?.pps.spsId;
    const sps = spsId === undefined ? undefined : this.#sps.get(spsId)?.nal;
    if (sps === undefined) return null;
    const pps = [...this.#pps.values()].filter((one) => one.pps.spsId === spsId).sort((a, b) => a.pps.id - b.pps.id);
    return { sps, pps: pps.map((one) => one.nal) };
  }
}

/** Without the zero bytes that may stand behind a NAL unit in a byte stream. */
function trimmed(nal: Buffer): Buffer {
  let end = nal.length;
  while (end > 1 && nal[end - 1] === 0) end--;
  return nal.subarray(0, end);
}
