import { connect, type Socket } from 'node:net';
import {
  formatRtspRequest,
  parseRtspUrl,
  parseSdp,
  RtspAuthorizer,
  RtspDemuxer,
  type RtspResponse,
  type SessionDescription,
} from '@marsad/media';

export interface ReceivedPacket {
  readonly channel: number;
  readonly bytes: Buffer;
}

/** A plain RTSP client for tests: one connection, interleaved by default, keeps every packet. */
export class TestClient {
  readonly packets: ReceivedPacket[] = [];
  readonly demuxer: RtspDemuxer;
  readonly closed: Promise<void>;
  /** What the demuxer threw. */
  failure: Error | null = null;
  readonly #url: string;
  readonly #socket: Socket;
  readonly #authorizer: RtspAuthorizer | null;
  readonly #waiting: ((response: RtspResponse | null) => void)[] = [];
  #session: string | null = null;
  #cseq = 0;

  constructor(url: string) {
    const { host, port, username, password, url: bare } = parseRtspUrl(url);
    this.#url = bare;
    this.#authorizer = username === null ? null : new RtspAuthorizer({ username, password: password ?? '' });
    this.#socket = connect(port, host);
    this.demuxer = new RtspDemuxer({
      onResponse: (response) => this.#waiting.shift()?.(response),
      onFrame: (channel, payload) => this.packets.push({ channel, bytes: Buffer.from(payload) }),
    });
    this.#socket.on('data', (chunk: Buffer) => {
      try {
        this.demuxer.push(chunk);
      } catch (error) {
        this.failure = error instanceof Error ? error : new Error(String(error));
        this.#socket.destroy();
      }
    });
    this.#socket.on('error', () => {});
    this.closed = new Promise((resolve) => {
      this.#socket.on('close', () => {
        for (const waiting of this.#waiting.splice(0)) waiting(null);
        resolve();
      });
    });
  }

  /** Null when the connection ends instead of an answer. */
  async request(method: string, uri = this.#url, fields: Record<string, string> = {}): Promise<RtspResponse | null> {
    const response = await this.#send(method, uri, fields);
    if (response?.status !== 401 || !this.#authorizer?.challenged(response.headers)) return response;
    return this.#send(method, uri, fields);
  }

  async describe(): Promise<SessionDescription> {
    const response = await this.request('DESCRIBE', this.#url, { Accept: 'application/sdp' });
    if (response?.status !== 200) throw new Error(`DESCRIBE: ${response?.status ?? 'closed'}`);
    return parseSdp(response.body);
  }

  /** SETUP of video, and PLAY. */
  async play(transport = 'RTP/AVP/TCP;unicast;interleaved=0-1', audio = false): Promise<RtspResponse | null> {
    const setup = await this.request('SETUP', `${this.#url}/trackID=0`, { Transport: transport });
    this.#session = setup?.headers.get('Session')?.split(';')[0] ?? null;
    if (audio)
      await this.request('SETUP', `${this.#url}/trackID=1`, { Transport: 'RTP/AVP/TCP;unicast;interleaved=2-3' });
    await this.request('PLAY', this.#url, { Range: 'npt=now-' });
    return setup;
  }

  /** RTP packets of the video. */
  get video(): Buffer[] {
    return this.packets.filter(({ channel }) => channel === 0).map(({ bytes }) => bytes);
  }

  /** Resolves once `enough` is true of the packets; rejects after `ms`. */
  async until(enough: (video: readonly Buffer[]) => boolean, ms = 6000): Promise<Buffer[]> {
    const end = performance.now() + ms;
    while (performance.now() < end) {
      const { video } = this;
      if (enough(video)) return video;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`not seen in ${this.video.length} packets`);
  }

  close(): void {
    this.#socket.destroy();
  }

  #send(method: string, uri: string, fields: Record<string, string>): Promise<RtspResponse | null> {
    const authorization = this.#authorizer?.authorization(method, uri) ?? null;
    const headers = {
      CSeq: ++this.#cseq,
      ...(this.#session === null ? {} : { Session: this.#session }),
      ...(authorization === null ? {} : { Authorization: authorization }),
      ...fields,
    };
    if (this.#socket.destroyed) return Promise.resolve(null);
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#socket.write(formatRtspRequest(method, uri, headers));
    });
  }
}
