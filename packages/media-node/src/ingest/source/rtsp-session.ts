import {
  controlCandidates,
  formatTransport,
  parseSdp,
  parseSession,
  parseTransport,
  type RtspResponse,
  type RtspTransport,
  type RtspUrl,
  type SdpTrack,
  type SessionDescription,
  sdpAttribute,
} from '@marsad/media';
import type { MediaPath, PacketReceiver } from '../../intake/track-intake.ts';
import { parseAddress, redirected } from './rtsp-address.ts';
import { RtspConnection } from './rtsp-connection.ts';
import { failureOf, failureOfStatus } from './rtsp-failure.ts';
import { RtspKeepAlive } from './rtsp-keep-alive.ts';
import { SourceError } from './source.ts';
import { UdpPair } from './udp-pair.ts';

export interface RtspSessionOptions {
  /** `rtsp://` or `rtsps://`, with credentials if the camera wants some. */
  readonly url: string;
  readonly transport: 'auto' | 'tcp' | 'udp';
  readonly verifyCertificate: boolean;
  /** For each step, milliseconds. */
  readonly timeoutMs: number;
  /** The connection is over, and not by `close`. Once. */
  readonly onEnded: (error: SourceError) => void;
  readonly onBytes: (bytes: number) => void;
}

const maxRedirects = 5;

/** One RTSP session (RFC 2326) with a camera: describe, set up, play, keep alive, tear down. */
export class RtspSession {
  readonly #options: RtspSessionOptions;
  #connection: RtspConnection | null = null;
  #url: RtspUrl | null = null;
  #description: SessionDescription | null = null;
  #describeAnswer: RtspResponse | null = null;
  #playUrl: string | null = null;
  #session: { readonly id: string; readonly timeout: number } | null = null;
  readonly #receivers: (PacketReceiver | undefined)[] = [];
  readonly #pairs: UdpPair[] = [];
  readonly #keepAlive = new RtspKeepAlive((method) =>
    this.#connected().request(method, this.#playUrl ?? this.#requestUrl(), this.#sessionHeader()),
  );
  #useUdp: boolean;
  #closed = false;

  constructor(options: RtspSessionOptions) {
    this.#options = options;
    this.#useUdp = options.transport === 'udp';
  }

  /** Connects, follows redirects and answers what the camera offers. Rejects with a `SourceError`. */
  async describe(): Promise<SessionDescription> {
    let url = parseAddress(this.#options.url);
    for (let redirects = 0; ; redirects++) {
      const connection = this.#connect(url);
      await connection.open();
      this.#check();
      const answer = await connection.request('DESCRIBE', url.url, { Accept: 'application/sdp' });
      this.#check();
      if (answer.status >= 300 && answer.status < 400) {
        if (redirects >= maxRedirects) throw new SourceError('RTSP_ERROR', 'redirected too often');
        url = redirected(url, answer);
        connection.close();
        continue;
      }
      if (answer.status !== 200) throw failureOfStatus('DESCRIBE', answer.status);
      this.#describeAnswer = answer;
      try {
        this.#description = parseSdp(answer.body);
      } catch (error) {
        throw failureOf(error);
      }
      return this.#description;
    }
  }

  /** Sets one medium up; to be called before `play`. With `auto`, UDP is tried where TCP is refused (461). */
  async setup(track: SdpTrack, receiver: PacketReceiver): Promise<MediaPath> {
    if (!this.#useUdp) {
      const channel = this.#receivers.length + (this.#receivers.length % 2);
      const wish: Partial<RtspTransport> = { lower: 'tcp', interleaved: [channel, channel + 1] };
      const { status, transport } = await this.#setup(track, wish);
      const udpAllowed = this.#options.transport === 'auto' && this.#receivers.length === 0;
      if (status === 461 && udpAllowed) this.#useUdp = true;
      else if (status !== 200) throw failureOfStatus('SETUP', status);
      else return this.#interleaved(transport?.interleaved ?? [channel, channel + 1], transport, receiver);
    }
    return this.#datagrams(track, receiver);
  }

  async play(): Promise<void> {
    const connection = this.#connected();
    const url = this.#playUrl ?? this.#requestUrl();
    let answer = await connection.request('PLAY', url, { ...this.#sessionHeader(), Range: 'npt=0.000-' });
    if (answer.status === 457 || answer.status === 456) {
      answer = await connection.request('PLAY', url, this.#sessionHeader());
    }
    this.#check();
    if (answer.status !== 200) throw failureOfStatus('PLAY', answer.status);
    this.#keepAlive.heard(answer);
    if (!this.#closed) this.#keepAlive.start(this.#session?.timeout ?? 60);
  }

  /** Tells the camera, without waiting for its answer. Safe to call twice; nothing is called after it. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#keepAlive.stop();
    for (const pair of this.#pairs) pair.close();
    this.#receivers.length = 0;
    if (this.#session) this.#connection?.leave('TEARDOWN', this.#playUrl ?? this.#requestUrl(), this.#sessionHeader());
    else this.#connection?.close();
  }

  #connect(url: RtspUrl): RtspConnection {
    this.#check();
    this.#url = url;
    const { verifyCertificate, timeoutMs, onBytes } = this.#options;
    const connection: RtspConnection = new RtspConnection({
      url,
      verifyCertificate,
      timeoutMs,
      onBytes,
      onPacket: (channel, bytes, start, end) => {
        const receiver = this.#receivers[channel & ~1];
        if (!receiver) return;
        if (channel & 1) receiver.rtcp(bytes.subarray(start, end));
        else receiver.rtp(bytes, start, end);
      },
      onEnded: (error) => {
        if (!this.#closed && this.#connection === connection) this.#options.onEnded(error);
      },
    });
    this.#connection = connection;
    return connection;
  }

  async #setup(
    track: SdpTrack,
    wish: Partial<RtspTransport>,
  ): Promise<{ status: number; transport: RtspTransport | null }> {
    const connection = this.#connected();
    const Transport = formatTransport(wish);
    let status = 0;
    for (const url of this.#candidates(track.control)) {
      const answer = await connection.request('SETUP', url, { ...this.#sessionHeader(), Transport });
      this.#check();
      status = answer.status;
      if (status === 200) {
        const session = parseSession(answer.headers.get('Session') ?? '');
        if (session) this.#session = session;
        this.#playUrl ??= this.#aggregateUrl(url, track);
        this.#keepAlive.heard(answer);
        return { status, transport: parseTransport(answer.headers.get('Transport') ?? '')[0] ?? null };
      }
      if (status !== 400 && status !== 404 && status !== 454) break;
    }
    return { status, transport: null };
  }

  #interleaved(
    channels: readonly [rtp: number, rtcp: number],
    transport: RtspTransport | null,
    receiver: PacketReceiver,
  ): MediaPath {
    const [rtp, rtcp] = channels;
    // Channels come in pairs that begin even; a camera that does otherwise is brought into that form.
    this.#receivers[rtp & ~1] = rtp & 1 ? swapped(receiver) : receiver;
    if (this.#receivers.length % 2 === 1) this.#receivers.length++;
    const connection = this.#connected();
    return { kind: 'tcp', ssrc: transport?.ssrc ?? null, sendRtcp: (packet) => connection.sendPacket(rtcp, packet) };
  }

  async #datagrams(track: SdpTrack, receiver: PacketReceiver): Promise<MediaPath> {
    const peer = this.#connected().remoteAddress;
    if (peer === null) throw new SourceError('CONNECTION_LOST');
    const pair = await UdpPair.open({
      peer,
      onRtp: (packet) => {
        this.#options.onBytes(packet.length);
        receiver.rtp(packet);
      },
      onRtcp: (packet) => {
        this.#options.onBytes(packet.length);
        receiver.rtcp(packet);
      },
    });
    this.#pairs.push(pair);
    if (this.#closed) pair.close();
    this.#check();
    const { status, transport } = await this.#setup(track, { lower: 'udp', clientPort: pair.ports });
    if (status !== 200) throw failureOfStatus('SETUP', status);
    if (transport?.serverPort) pair.punch(transport.serverPort);
    return { kind: 'udp', ssrc: transport?.ssrc ?? null, sendRtcp: (packet) => pair.sendRtcp(packet) };
  }

  #candidates(control: string | null): string[] {
    const { headers } = this.#describeAnswer ?? {};
    return controlCandidates({
      requestUrl: this.#requestUrl(),
      contentBase: headers?.get('Content-Base') ?? null,
      contentLocation: headers?.get('Content-Location') ?? null,
      control,
    });
  }

  /** PLAY goes to the session's URL (RFC 2326 C.3), built on the same base that SETUP was accepted on. */
  #aggregateUrl(setupUrl: string, track: SdpTrack): string {
    const index = this.#candidates(track.control).indexOf(setupUrl);
    const session = this.#description ? sdpAttribute(this.#description, 'control') : null;
    const urls = this.#candidates(session);
    return urls[index] ?? urls[0] ?? this.#requestUrl();
  }

  #sessionHeader(): { Session?: string } {
    return this.#session ? { Session: this.#session.id } : {};
  }

  #requestUrl(): string {
    return this.#url?.url ?? '';
  }

  #connected(): RtspConnection {
    this.#check();
    if (!this.#connection) throw new SourceError('CONNECTION_LOST');
    return this.#connection;
  }

  #check(): void {
    if (this.#closed) throw new SourceError('STREAM_ENDED', 'closed here');
  }
}

function swapped(receiver: PacketReceiver): PacketReceiver {
  return { rtp: (packet) => receiver.rtcp(packet), rtcp: (packet) => receiver.rtp(packet) };
}
