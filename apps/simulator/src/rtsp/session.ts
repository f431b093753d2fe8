import { randomBytes } from 'node:crypto';
import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import type { Socket } from 'node:net';
import { formatTransport, type RtspTransport } from '@marsad/media';
import { RtpSender } from '../rtp/sender.ts';
import { DatagramTransport, InterleavedTransport, type RtpTransport } from '../rtp/transport.ts';
import type { CameraStream } from '../streams/camera-stream.ts';
import { Playback } from '../streams/playback.ts';
import { VIDEO_CLOCK } from '../streams/video-source.ts';

const AUDIO_CLOCK = 8000;

export interface RtspSessionOptions {
  readonly stream: CameraStream;
  readonly socket: Socket;
  /** Called when something arrives from the client outside of the RTSP connection. */
  readonly onActivity: () => void;
}

/** The tracks that a client has set up on one stream. */
export class RtspSession {
  readonly id = randomBytes(8).toString('hex').toUpperCase();
  readonly stream: CameraStream;
  readonly playback: Playback;
  readonly #options: RtspSessionOptions;
  readonly #datagrams: DatagramSocket[] = [];
  #closed = false;

  constructor(options: RtspSessionOptions) {
    this.#options = options;
    this.stream = options.stream;
    this.playback = new Playback(() => options.socket.destroy());
  }

  /** Answers the `Transport` to reply, or null when none that was offered can be had. */
  async setup(track: 'video' | 'audio', offered: readonly RtspTransport[]): Promise<string | null> {
    for (const wish of offered) {
      if (wish.delivery !== 'unicast' || wish.profile !== 'RTP/AVP') continue;
      if (wish.lower === 'tcp') {
        const channel = wish.interleaved?.[0] ?? (track === 'video' ? 0 : 2);
        const sender = this.#sender(track, channel);
        this.#set(track, sender, new InterleavedTransport(this.#options.socket));
        return formatTransport({ lower: 'tcp', interleaved: [channel, channel + 1], ssrc: sender.ssrc });
      }
      if (wish.clientPort === null) continue;
      const host = this.#options.socket.remoteAddress;
      if (host === undefined) return null;
      const [rtp, rtcp] = await this.#bindPair();
      const [rtpPort, rtcpPort] = wish.clientPort;
      const sender = this.#sender(track, 0);
      this.#set(track, sender, new DatagramTransport({ rtp, rtcp, host, rtpPort, rtcpPort }));
      return formatTransport({
        lower: 'udp',
        clientPort: wish.clientPort,
        serverPort: [rtp.address().port, rtcp.address().port],
        ssrc: sender.ssrc,
      });
    }
    return null;
  }

  play(): void {
    if (!this.#closed) this.stream.add(this.playback);
  }

  pause(): void {
    this.stream.remove(this.playback);
  }

  close(): void {
    this.#closed = true;
    this.stream.remove(this.playback);
    for (const socket of this.#datagrams.splice(0)) socket.close();
  }

  #sender(track: 'video' | 'audio', channel: number): RtpSender {
    return new RtpSender({ clockRate: track === 'video' ? VIDEO_CLOCK : AUDIO_CLOCK, channel });
  }

  #set(track: 'video' | 'audio', sender: RtpSender, transport: RtpTransport): void {
    this.playback[track] = { sender, transport };
  }

  /** An even port for RTP and the next for RTCP (RFC 3550 11). */
  async #bindPair(): Promise<[DatagramSocket, DatagramSocket]> {
    const address = this.#options.socket.localAddress;
    for (let attempt = 0; attempt < 50; attempt++) {
      const port = 20_000 + 2 * Math.floor(Math.random() * 20_000);
      const rtp = await bind(port, address);
      const rtcp = rtp && (await bind(port + 1, address));
      if (rtp && rtcp) {
        for (const socket of [rtp, rtcp]) {
          socket.on('message', this.#options.onActivity);
          if (this.#closed) socket.close();
          else this.#datagrams.push(socket);
        }
        return [rtp, rtcp];
      }
      rtp?.close();
    }
    throw new Error('no pair of free UDP ports');
  }
}

function bind(port: number, address: string | undefined): Promise<DatagramSocket | null> {
  const socket = createSocket(address?.includes(':') ? 'udp6' : 'udp4');
  return new Promise((resolve) => {
    socket.once('error', () => resolve(null));
    socket.bind(port, address, () => {
      socket.removeAllListeners('error').on('error', () => {});
      resolve(socket);
    });
  });
}
