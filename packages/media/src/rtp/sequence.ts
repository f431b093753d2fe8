/** Answer of `SequenceTracker.update` for a packet that comes too late or twice. */
export const lateSequence = -1;
/** Answer for a stream that went on with other sequence numbers: an unknown number of packets is missing. */
export const restartedSequence = -2;

/** Gaps wider than this are a restart, not loss (RFC 3550 A.1 MAX_DROPOUT). */
const maxDropout = 3000;
/** Packets further behind than this are a restart, not reordered ones (MAX_MISORDER). */
const maxMisorder = 100;

/** Follows the sequence numbers of one source through wrap-around, loss, duplicates and restarts (RFC 3550 A.1). */
export class SequenceTracker {
  /** Packets missing so far; restarts are not counted. */
  lost = 0;
  /** Packets that came too late or twice. */
  late = 0;
  restarts = 0;
  #expected = -1;

  /**
   * Takes the next packet's number. Answers how many packets are missing before it (0: none), `lateSequence` when the
   * packet should be dropped, or `restartedSequence`.
   */
  update(sequence: number): number {
    if (sequence === this.#expected || this.#expected === -1) {
      this.#expected = (sequence + 1) & 0xffff;
      return 0;
    }
    const ahead = (sequence - this.#expected) & 0xffff;
    if (ahead < maxDropout) {
      this.lost += ahead;
      this.#expected = (sequence + 1) & 0xffff;
      return ahead;
    }
    if (ahead > 0xffff - maxMisorder) {
      this.late++;
      return lateSequence;
    }
    this.#expected = (sequence + 1) & 0xffff;
    this.restarts++;
    return restartedSequence;
  }

  /** A packet of the same source that is of no interest: it uses up a number, but proves nothing. */
  pass(sequence: number): void {
    if (sequence === this.#expected) this.#expected = (sequence + 1) & 0xffff;
  }

  /** Forgets where the source was, as after a change of SSRC. Counters stay. */
  reset(): void {
    this.#expected = -1;
  }
}
