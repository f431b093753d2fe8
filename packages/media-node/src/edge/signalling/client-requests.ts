import {
  type SessionDescription,
  type SignalRequest,
  type SignalResponse,
  SignalTarget,
  type TrickleRequest,
  type UpdateSubscription,
} from '@livekit/protocol';
import type { Logger } from 'pino';
import type { MediaPortOptions } from '../peer/media-port.ts';
import type { CameraLines } from './camera-lines.ts';
import { DataPublisher } from './data-publisher.ts';
import { readCandidate } from './signal-codec.ts';
import { candidateMessage, descriptionMessage, noSuchTrackMessage, pongMessage } from './signal-messages.ts';
import type { SubscriberNegotiation } from './subscriber-negotiation.ts';

export interface ClientRequestsOptions {
  /** Of the session. */
  readonly id: string;
  readonly port: MediaPortOptions;
  readonly log: Logger;
  readonly lines: CameraLines;
  readonly negotiation: SubscriberNegotiation;
  readonly tell: (message: SignalResponse['message']) => void;
  /** The client says goodbye. */
  readonly onLeave: () => void;
}

/** What a LiveKit client asks for once it is in the room. Requests nobody here knows are passed over. */
export class ClientRequests {
  readonly #o: ClientRequestsOptions;
  #publisher: DataPublisher | null = null;

  constructor(options: ClientRequestsOptions) {
    this.#o = options;
  }

  handle({ message }: SignalRequest): void {
    const { negotiation, lines, tell, onLeave } = this.#o;
    switch (message.case) {
      case 'answer':
        lines.answered(message.value.sdp);
        negotiation.answer(message.value.sdp, message.value.id);
        break;
      case 'offer':
        this.#publish(message.value);
        break;
      case 'trickle':
        this.#trickle(message.value);
        break;
      case 'subscription':
        this.#subscribe(message.value);
        break;
      case 'trackSetting':
        for (const sid of message.value.trackSids) lines.bySid(sid)?.settings(message.value);
        break;
      case 'syncState':
        if (message.value.subscription) this.#subscribe(message.value.subscription);
        break;
      case 'ping':
        tell({ case: 'pong', value: BigInt(Date.now()) });
        break;
      case 'pingReq':
        tell(pongMessage(message.value.timestamp));
        break;
      case 'leave':
        onLeave();
        break;
      default:
    }
  }

  close(): void {
    this.#publisher?.close();
    this.#publisher = null;
  }

  /** A connection on which the client sends: of data alone, and nothing of it goes anywhere. */
  #publish(offer: SessionDescription): void {
    const { id, port, log, tell } = this.#o;
    this.#publisher?.close();
    const publisher = new DataPublisher({
      id: `${id}-publisher`,
      port,
      log,
      events: {
        answer: (sdp) => tell(descriptionMessage('answer', sdp, offer.id)),
        candidate: (candidate, mid) => tell(candidateMessage(candidate, mid, SignalTarget.PUBLISHER)),
      },
    });
    this.#publisher = publisher;
    if (publisher.offer(offer.sdp)) return;
    publisher.close();
    this.#publisher = null;
  }

  #trickle(trickle: TrickleRequest): void {
    const found = readCandidate(trickle.candidateInit);
    if (!found) return;
    const to = trickle.target === SignalTarget.PUBLISHER ? this.#publisher : this.#o.negotiation;
    to?.addCandidate(found.candidate, found.mid);
  }

  #subscribe(update: UpdateSubscription): void {
    const { lines, negotiation, tell } = this.#o;
    const sids = new Set([...update.trackSids, ...update.participantTracks.flatMap((each) => each.trackSids)]);
    let changed = false;
    for (const sid of sids) {
      const line = lines.bySid(sid);
      if (line) {
        line.subscribe(update.subscribe);
        continue;
      }
      const added = update.subscribe ? lines.addTrack(sid) : false;
      if (added !== null) changed ||= added;
      else tell(noSuchTrackMessage(sid));
    }
    if (changed) negotiation.offer();
  }
}
