import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { formatRtspRequest, RtspDemuxer, type RtspResponse } from '@marsad/media';

/** An RTSP client that says exactly what it is told, and keeps what it gets. For tests. */
export class RtspTestClient {
  readonly packets: { readonly channel: number; readonly bytes: Buffer }[] = [];
  readonly responses: RtspResponse[] = [];
  readonly socket: Socket;
  readonly closed: Promise<void>;
  readonly url: string;
  session: string | null = null;
  readonly #waiting: ((response: RtspResponse | null) => void)[] = [];
  #cseq = 0;

  constructor(port: number, scheme: 'rtsp' | 'rtsps' = 'rtsp') {
    this.url = `${scheme}://127.0.0.1:${port}`;
    this.socket =
      scheme === 'rtsp'
        ? connect(port, '127.0.0.1')
        : connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false });
    const demuxer = new RtspDemuxer({
      onResponse: (response) => {
        this.responses.push(response);
        this.#waiting.shift()?.(response);
      },
      onFrame: (channel, packet) => this.packets.push({ channel, bytes: Buffer.from(packet) }),
    });
    this.socket.on('data', (chunk: Buffer) => demuxer.push(chunk));
    this.socket.on('error', () => {});
    this.closed = new Promise((resolve) => {
      this.socket.on('close', () => {
        for (const waiting of this.#waiting.splice(0)) waiting(null);
        resolve();
      });
    });
  }

  /** Null when the connection ends instead of an answer. `path`: behind the host. */
  ask(method: string, path: string, fields: Record<string, string> = {}, body = ''): Promise<RtspResponse | null> {
    const headers = { CSeq: ++this.#cseq, ...(this.session ? { Session: this.session } : {}), ...fields };
    this.socket.write(formatRtspRequest(method, `${this.url}${path}`, headers, Buffer.from(body)));
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** As `ask`, and the status alone; 0 when the connection ends. Remembers the session. */
  async status(method: string, path: string, fields: Record<string, string> = {}, body = ''): Promise<number> {
    const answer = await this.ask(method, path, fields, body);
    const session = answer?.headers.get('Session')?.split(';')[0];
    if (session) this.session = session;
    return answer?.status ?? 0;
  }

  /** Describes, sets the first medium up over TCP and plays it. */
  async play(path: string, fields: Record<string, string> = { Authorization: 'Bearer good' }): Promise<void> {
    const tcp = { Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1' };
    for (const [method, target, more] of [
      ['DESCRIBE', path, {}],
      ['SETUP', `${path}/trackID=0`, tcp],
      ['PLAY', path, {}],
    ] as const) {
      const status = await this.status(method, target, { ...fields, ...more });
      if (status !== 200) throw new Error(`${method} ${status}`);
    }
  }

  close(): void {
    this.socket.destroy();
  }
}
