import type { Logger } from 'pino';
import type { MediaPortOptions } from '../peer/media-port.ts';
import { type PeerState, ViewerPeer } from '../peer/viewer-peer.ts';

/** An offer not answered within this ends the session. Milliseconds. */
const ANSWER_TIMEOUT = 15_000;

export interface NegotiationEvents {
  offer(sdp: string, id: number): void;
  candidate(candidate: string, mid: string): void;
  state(state: PeerState): void;
  /** The client did not answer, or with something unusable. */
  failed(): void;
}

/**
 * Offers of one connection, one after the other: the native library ignores a new one while an answer is due.
 *
 * Our candidates are held back until the first answer is set. A fast client would otherwise finish DTLS before the
 * library knows the fingerprint to check it against.
 */
export class SubscriberNegotiation {
  readonly peer: ViewerPeer;
  readonly #events: NegotiationEvents;
  readonly #held: { candidate: string; mid: string }[] = [];
  #answered = false;
  #id = 0;
  #wanted = false;
  #pending: string | null = null;
  #timeout: NodeJS.Timeout | null = null;
  #theirs: { candidate: string; mid: string }[] = [];

  constructor(options: { id: string; port: MediaPortOptions; log: Logger; events: NegotiationEvents }) {
    const { events } = options;
    this.#events = events;
    this.peer = new ViewerPeer({
      id: options.id,
      port: options.port,
      log: options.log,
      events: {
        localDescription: (sdp) => this.#described(sdp),
        candidate: (candidate, mid) => {
          if (this.#answered) events.candidate(candidate, mid);
          else this.#held.push({ candidate, mid });
        },
        gathered: () => {},
        state: (state) => events.state(state),
      },
    });
  }

  /** Offers what the connection has now; after the answer that is due, if one is. */
  offer(): void {
    if (this.#pending !== null || this.#timeout) {
      this.#wanted = true;
      return;
    }
    this.#wanted = false;
    this.#timeout = setTimeout(() => this.#events.failed(), ANSWER_TIMEOUT);
    this.peer.describe('offer');
  }

  /** Says the offer again that is not answered yet: the client may have lost it with its connection. */
  repeat(): void {
    if (this.#pending !== null) this.#events.offer(this.#pending, this.#id);
  }

  /** `id` as in the offer; 0 means the latest. An answer to an older offer is ignored. */
  answer(sdp: string, id: number): void {
    if (this.#pending === null || (id !== 0 && id !== this.#id)) return;
    this.#pending = null;
    this.#settle();
    if (!this.peer.setRemote(sdp, 'answer')) {
      this.#events.failed();
      return;
    }
    this.#answered = true;
    for (const { candidate, mid } of this.#held.splice(0)) this.#events.candidate(candidate, mid);
    for (const { candidate, mid } of this.#theirs.splice(0)) this.peer.addCandidate(candidate, mid);
    if (this.#wanted) this.offer();
  }

  addCandidate(candidate: string, mid: string): void {
    if (this.#answered) this.peer.addCandidate(candidate, mid);
    else if (this.#theirs.length < 100) this.#theirs.push({ candidate, mid });
  }

  close(): void {
    this.#settle();
    this.peer.close();
  }

  #described(sdp: string): void {
    this.#id++;
    this.#pending = sdp;
    this.#events.offer(sdp, this.#id);
  }

  #settle(): void {
    if (this.#timeout) clearTimeout(this.#timeout);
    this.#timeout = null;
  }
}
