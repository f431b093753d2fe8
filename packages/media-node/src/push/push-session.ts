import { randomUUID } from 'node:crypto';
import { parseRtcp } from '@marsad/media';
import type { Logger } from 'pino';
import type { EdgeMetrics } from '../edge/edge-metrics.ts';
import type { BurstPacer } from '../edge/egress/burst-pacer.ts';
import type { EgressClock, EverySecond } from '../edge/egress/egress-clock.ts';
import { VideoEgress } from '../edge/egress/video-egress.ts';
import type { Feeds } from '../edge/feed/feeds.ts';
import type { MediaTrack } from '../edge/peer/media-track.ts';
import { H264_FORMAT, type PeerState, ViewerPeer } from '../edge/peer/viewer-peer.ts';
import type { StreamKey } from '../stream-provider.ts';
import { WhipClient, WhipError } from './whip-client.ts';

/** What pushes of one process share: each picture is packetised once, however many servers it goes to. */
export interface PushParts {
  readonly feeds: Feeds;
  readonly pacer: BurstPacer;
  readonly clock: EgressClock;
  readonly metrics: EdgeMetrics;
  readonly log: Logger;
}

export interface PushTarget {
  /** `http:` or `https:`. */
  readonly url: string;
  /** Sent as `Authorization: Bearer`; null when the address holds the stream key. */
  readonly token: string | null;
}

/** Milliseconds a connection may take, and how long it may be interrupted. */
const CONNECTING = 15_000;
const INTERRUPTION = 5000;
/**
 * A server from which no RTCP comes for this long is gone: ICE alone would notice after half a minute. Before the first it has
 * longer, because some report every five seconds. Milliseconds.
 */
const SILENCE = 8000;
const FIRST_SILENCE = 10_000;
const PAYLOAD_TYPE = 96;
/** Some servers take only the one, some only the other; what is sent is the camera's own profile either way. */
const ALTERNATIVES = [{ payloadType: 98, format: H264_FORMAT.replace('42e01f', '42001f') }];

/** One connection to a WHIP server, from the offer to its end. It is not tried again: the pusher begins a new one. */
export class PushSession implements EverySecond {
  readonly #parts: PushParts;
  readonly #key: StreamKey;
  readonly #client: WhipClient;
  readonly #peer: ViewerPeer;
  readonly #track: MediaTrack;
  readonly #offered = Promise.withResolvers<string>();
  readonly #aborted = new AbortController();
  readonly #onConnected: () => void;
  readonly #onEnded: (error: WhipError) => void;
  #egress: VideoEgress | null = null;
  #timer: NodeJS.Timeout | null = null;
  /** When to give up unless RTCP comes; monotonic. */
  #silentUntil = Number.POSITIVE_INFINITY;
  #over = false;

  constructor(options: {
    parts: PushParts;
    key: StreamKey;
    target: PushTarget;
    onConnected: () => void;
    /** Once, and not after `close`. */
    onEnded: (error: WhipError) => void;
  }) {
    const { parts, key } = options;
    this.#parts = parts;
    this.#key = key;
    this.#client = new WhipClient(options.target);
    this.#onConnected = options.onConnected;
    this.#onEnded = options.onEnded;
    this.#peer = new ViewerPeer({
      id: randomUUID(),
      port: null,
      log: parts.log,
      events: {
        localDescription: (sdp) => this.#offered.resolve(sdp),
        candidate: () => {},
        gathered: () => {},
        state: (state) => this.#stateChanged(state),
      },
    });
    this.#track = this.#peer.addVideo({
      mid: '0',
      payloadType: PAYLOAD_TYPE,
      format: H264_FORMAT,
      alternatives: ALTERNATIVES,
      playoutDelayId: null,
      stream: 'marsad',
      track: 'video',
    });
  }

  start(): void {
    this.#timer = setTimeout(() => this.#end(new WhipError(null, 'no connection came about')), CONNECTING);
    this.#connect().catch((error: unknown) =>
      this.#end(error instanceof WhipError ? error : new WhipError(null, 'the answer cannot be used', error)),
    );
  }

  second(): void {
    const egress = this.#egress;
    if (!egress) return;
    egress.second();
    if (performance.now() > this.#silentUntil) this.#end(new WhipError(null, 'the server has fallen silent'));
  }

  /** Resolves when the server was told, or cannot be. Safe to call twice. */
  async close(): Promise<void> {
    this.#stop();
    await this.#client.remove();
  }

  async #connect(): Promise<void> {
    this.#peer.describe('offer');
    // Without our candidates: the server answers to where our checks come from, and so nobody connects before the library
    // knows whose certificate to expect.
    const answer = await this.#client.publish(withoutCandidates(await this.#offered.promise), this.#aborted.signal);
    if (this.#over) {
      await this.#client.remove();
      return;
    }
    const payloadType = acceptedType(answer);
    if (payloadType === null) throw new WhipError(406, 'the server takes no H.264');
    if (!this.#peer.setRemote(withoutCandidates(answer), 'answer'))
      throw new WhipError(null, 'the answer cannot be used');
    this.#begin(payloadType);
    for (const [, line = '', mid] of candidatesIn(answer)) this.#peer.addCandidate(line, mid ?? '0');
  }

  #begin(payloadType: number): void {
    const { feeds, pacer, metrics, clock } = this.#parts;
    const egress = new VideoEgress({
      camera: this.#key.camera,
      feeds,
      pacer,
      metrics,
      transport: this.#track,
      connection: this,
      rtp: { ssrc: this.#track.ssrc, payloadType, playoutDelayId: null },
      onStatus: () => {},
    });
    this.#egress = egress;
    this.#track.listen({
      open: () => egress.opened(),
      feedback: (packet) => {
        this.#silentUntil = performance.now() + SILENCE;
        egress.feedback(packet);
        if (saysGoodbye(packet)) this.#end(new WhipError(null, 'the server ended the stream'));
      },
    });
    egress.select(this.#key.profile);
    clock.add(this);
  }

  #stateChanged(state: PeerState): void {
    if (this.#over) return;
    if (state === 'connected') {
      this.#calm();
      if (this.#silentUntil === Number.POSITIVE_INFINITY) this.#silentUntil = performance.now() + FIRST_SILENCE;
      this.#onConnected();
    } else if (state === 'failed' || state === 'closed') {
      this.#end(new WhipError(null, 'the connection was lost'));
    } else if (state === 'disconnected') {
      this.#calm();
      this.#timer = setTimeout(() => this.#end(new WhipError(null, 'the connection was lost')), INTERRUPTION);
    }
  }

  #end(error: WhipError): void {
    if (this.#over) return;
    this.#stop();
    void this.#client.remove();
    this.#onEnded(error);
  }

  #stop(): void {
    if (this.#over) return;
    this.#over = true;
    this.#calm();
    this.#aborted.abort();
    this.#parts.clock.remove(this);
    this.#egress?.close();
    this.#peer.close();
  }

  #calm(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }
}

/** The native library closes without a word, so our own edges say RTCP BYE before they do. */
function saysGoodbye(packet: Buffer): boolean {
  try {
    return parseRtcp(packet).some((part) => part.kind === 'bye');
  } catch {
    return false;
  }
}

function withoutCandidates(sdp: string): string {
  return sdp.replace(/^a=(candidate:.*|end-of-candidates)\r?\n/gm, '');
}

/** Candidates with the mid of their section. All sections are bundled, so that of the first does as well. */
function candidatesIn(sdp: string): [string, string, string | undefined][] {
  return sdp
    .split(/^(?=m=)/m)
    .slice(1)
    .flatMap((section) => {
      const mid = /^a=mid:(\S+)\s*$/m.exec(section)?.[1];
      return [...section.matchAll(/^a=(candidate:.*?)\s*$/gm)].map(
        ([whole, line = '']): [string, string, string | undefined] => [whole, line, mid],
      );
    });
}

/** The payload type of H.264 the server wants; null when it refused the line, or wants something that was not offered. */
function acceptedType(answer: string): number | null {
  const section = answer.split(/^m=/m).find((each) => each.startsWith('video '));
  if (section === undefined || /^video 0 /.test(section) || /^a=inactive\s*$/m.test(section)) return null;
  const types = /^video \d+ \S+ ([\d ]+)/.exec(section)?.[1]?.trim().split(' ').map(Number) ?? [];
  const offered = [PAYLOAD_TYPE, ...ALTERNATIVES.map(({ payloadType }) => payloadType)];
  return types.find((type) => offered.includes(type)) ?? null;
}
