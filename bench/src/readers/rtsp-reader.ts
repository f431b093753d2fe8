import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { formatRtspRequest, RtspDemuxer, type RtspResponse } from '@marsad/media';

/** One RTSP reader over TCP that counts what it gets and looks at nothing else. */
export class RtspReader {
  pictures = 0;
  bytes = 0;
  /** Times that the sequence numbers did not go on by one. */
  gaps = 0;
  readonly #socket: Socket;
  readonly #waiting: ((response: RtspResponse) => void)[] = [];
  #session = '';
  #cseq = 0;
  #sequence = -1;

  private constructor(socket: Socket) {
    this.#socket = socket;
    const demuxer = new RtspDemuxer({
      onResponse: (response) => this.#waiting.shift()?.(response),
      onFrame: (channel, packet) => {
        if (channel === 0) this.#packet(packet);
      },
    });
    socket.on('data', (chunk: Buffer) => {
      this.bytes += chunk.length;
      demuxer.push(chunk);
    });
  }

  /** Resolves when it plays. */
  static async play(port: number, path: string, token: string): Promise<RtspReader> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const reader = new RtspReader(socket);
    const url = `rtsp://127.0.0.1:${port}/${path}`;
    const Authorization = `Bearer ${token}`;
    await reader.#ask('DESCRIBE', url, { Authorization });
    const Transport = 'RTP/AVP/TCP;unicast;interleaved=0-1';
    await reader.#ask('SETUP', `${url}/trackID=0`, { Transport });
    await reader.#ask('PLAY', url, {});
    return reader;
  }

  close(): void {
    this.#socket.destroy();
  }

  async #ask(method: string, url: string, fields: Record<string, string>): Promise<void> {
    const session = this.#session === '' ? {} : { Session: this.#session };
    this.#socket.write(formatRtspRequest(method, url, { CSeq: ++this.#cseq, ...session, ...fields }));
    const response = await new Promise<RtspResponse>((resolve) => this.#waiting.push(resolve));
    if (response.status !== 200) throw new Error(`${method}: ${response.status} ${response.reason}`);
    this.#session = response.headers.get('Session')?.split(';')[0] ?? this.#session;
  }

  #packet(packet: Buffer): void {
    const sequence = ((packet[2] ?? 0) << 8) | (packet[3] ?? 0);
    if (this.#sequence !== -1 && sequence !== ((this.#sequence + 1) & 0xffff)) this.gaps++;
    this.#sequence = sequence;
    if ((packet[1] ?? 0) & 0x80) this.pictures++;
  }
}
