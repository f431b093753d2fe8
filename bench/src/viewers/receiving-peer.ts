import { PeerConnection, type RtcConfig, type Track, Video } from 'node-datachannel';

const config: RtcConfig = { iceServers: [], disableAutoNegotiation: true };

const withoutCandidates = (sdp: string) => sdp.replace(/^a=(candidate:.*|end-of-candidates)\r?\n/gm, '');

/** A viewer that decrypts and counts, but decodes nothing: what a fan-out bench needs a hundred of. */
export class ReceivingPeer {
  #connection: PeerConnection;
  /** Kept: a track that is not referenced is collected and closed. */
  #track: Track | null = null;
  /** Whom to tell that it leaves (WHEP); null where nobody wants to know. */
  resource: URL | null = null;
  packets = 0;
  bytes = 0;
  connected = false;

  constructor(name: string) {
    this.#connection = new PeerConnection(name, config);
    this.#connection.onStateChange((state) => {
      this.connected = state === 'connected';
    });
  }

  /** Makes the offer (WHEP). It names no candidates, so that nobody connects before the answer is set (see below). */
  async offer(): Promise<string> {
    const video = new Video('0', 'RecvOnly');
    video.addH264Codec(96, 'profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1');
    this.#count(this.#connection.addTrack(video));
    return withoutCandidates(await this.#describe('offer'));
  }

  acceptAnswer(sdp: string): void {
    this.#setRemote(sdp, 'answer');
  }

  /** Answers an offer (Janus). */
  async answer(offer: string): Promise<string> {
    this.#connection.onTrack((track) => this.#count(track));
    this.#setRemote(offer, 'offer');
    return this.#describe('answer');
  }

  close(): void {
    this.#track?.close();
    this.#connection.close();
  }

  #count(track: Track): void {
    this.#track = track;
    track.onMessage((message) => {
      // RTCP shares the port (RFC 5761 4): packet types 192 to 223 in the second byte are not media.
      const type = message[1] ?? 0;
      if (type >= 192 && type <= 223) return;
      this.packets++;
      this.bytes += message.length;
    });
  }

  #describe(type: 'offer' | 'answer'): Promise<string> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('gathering candidates took over 10 s')), 10_000);
      this.#connection.onGatheringStateChange((state) => {
        if (state !== 'complete') return;
        clearTimeout(late);
        resolve(this.#connection.localDescription()?.sdp ?? '');
      });
      this.#connection.setLocalDescription(type);
    });
  }

  /**
   * Candidates go in after the description: with them inside, ICE may connect before the fingerprint is stored and
   * DTLS then fails.
   */
  #setRemote(sdp: string, type: 'offer' | 'answer'): void {
    this.#connection.setRemoteDescription(withoutCandidates(sdp), type);
    for (const [line] of sdp.matchAll(/^a=candidate:.*$/gm)) this.#connection.addRemoteCandidate(line.trim(), '0');
  }
}
