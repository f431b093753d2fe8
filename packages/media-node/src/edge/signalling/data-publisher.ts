import type { Logger } from 'pino';
import type { MediaPortOptions } from '../peer/media-port.ts';
import { ViewerPeer } from '../peer/viewer-peer.ts';

export interface DataPublisherEvents {
  answer(sdp: string): void;
  candidate(candidate: string, mid: string): void;
}

/**
 * The other end of a client's publishing connection. Viewers publish nothing here, but a client that tries to send data
 * offers one, and reconnects everything when it stays unanswered. What arrives on it is dropped.
 */
export class DataPublisher {
  readonly #peer: ViewerPeer;
  #answered = false;
  readonly #held: { candidate: string; mid: string }[] = [];

  constructor(options: { id: string; port: MediaPortOptions; log: Logger; events: DataPublisherEvents }) {
    const { events } = options;
    this.#peer = new ViewerPeer({
      id: options.id,
      port: options.port,
      log: options.log,
      events: {
        localDescription: (sdp) => {
          events.answer(sdp);
          this.#answered = true;
          for (const { candidate, mid } of this.#held.splice(0)) events.candidate(candidate, mid);
        },
        candidate: (candidate, mid) => {
          if (this.#answered) events.candidate(candidate, mid);
          else this.#held.push({ candidate, mid });
        },
        gathered: () => {},
        state: () => {},
      },
    });
  }

  /** False when the offer is not one for data alone, or unusable. */
  offer(sdp: string): boolean {
    if (/^m=(audio|video)/m.test(sdp) || !this.#peer.setRemote(sdp, 'offer')) return false;
    this.#peer.describe('answer');
    return true;
  }

  addCandidate(candidate: string, mid: string): void {
    this.#peer.addCandidate(candidate, mid);
  }

  close(): void {
    this.#peer.close();
  }
}
