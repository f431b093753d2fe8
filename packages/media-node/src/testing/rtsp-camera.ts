import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import {
  formatInterleaved,
  formatRtp,
  formatRtspResponse,
  parseTransport,
  RtspDemuxer,
  type RtspRequest,
} from '@marsad/media';

export interface TestCameraOptions {
  /** Pictures without parameter sets, each a list of NAL units; played in a loop at 25 per second. */
  readonly pictures: readonly (readonly Buffer[])[];
  readonly parameterSets: readonly Buffer[];
  /** Where the parameter sets are told. Default both. */
  readonly sets?: 'sdp' | 'band' | 'both';
  readonly markers?: boolean;
  readonly transports?: readonly ('tcp' | 'udp')[];
  /** More `m=` sections, before the video. */
  readonly before?: string;
  readonly after?: string;
  readonly contentBase?: (url: string) => string | null;
  /** May answer a request itself; null leaves it to the camera. */
  readonly answer?: (request: RtspRequest, camera: TestCamera) => Buffer | null;
  readonly sessionTimeout?: number;
  readonly tls?: { readonly cert: string; readonly key: string };
  /** May change, hold back (empty) or double the packets of UDP and TCP alike. */
  readonly packets?: (packets: Buffer[], picture: number) => Buffer[];
}

/**
 * A camera for tests of what the simulator's well-behaved ones do not do. One client's worth of RTSP 1.0, in a few
 * lines, on purpose no more tolerant than a cheap camera.
 */
export class TestCamera {
  readonly requests: RtspRequest[] = [];
  readonly reports: Buffer[] = [];
  connections = 0;
  readonly #options: TestCameraOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #udp: UdpSocket[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();
  #sequence = 65_500;
  #picture = 0;

  constructor(options: TestCameraOptions) {
    this.#options = options;
    const accept = (socket: Socket) => this.#accept(socket);
    this.#server = options.tls ? createTlsServer(options.tls, accept) : createServer(accept);
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get port(): number {
    const address = this.#server.address();
    return address && typeof address === 'object' ? address.port : 0;
  }

  get url(): string {
    return `${this.#options.tls ? 'rtsps' : 'rtsp'}://127.0.0.1:${this.port}/live`;
  }

  methods(): string[] {
    return this.requests.map(({ method }) => method);
  }

  /** Cuts every connection, as when the cable is pulled. */
  unplug(): void {
    this.#silence();
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Stays connected and sends no more. */
  stall(): void {
    this.#silence();
  }

  async close(): Promise<void> {
    this.unplug();
    for (const socket of this.#udp.splice(0)) socket.close();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #silence(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#timers.clear();
  }

  #accept(socket: Socket): void {
    this.connections++;
    this.#sockets.add(socket);
    const tracks: ((packet: Buffer) => void)[] = [];
    const demuxer = new RtspDemuxer({
      onRequest: (request) => void this.#request(request, socket, tracks),
      onFrame: (_, payload) => this.reports.push(Buffer.from(payload)),
    });
    socket.on('data', (chunk: Buffer) => demuxer.push(chunk));
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
  }

  async #request(request: RtspRequest, socket: Socket, tracks: ((packet: Buffer) => void)[]): Promise<void> {
    this.requests.push(request);
    const own = this.#options.answer?.(request, this) ?? null;
    if (own) {
      socket.write(own);
      return;
    }
    const CSeq = request.headers.cseq ?? 0;
    const Session = `12345678;timeout=${this.#options.sessionTimeout ?? 60}`;
    switch (request.method) {
      case 'DESCRIBE': {
        const base = this.#options.contentBase ? this.#options.contentBase(request.uri) : `${request.uri}/`;
        socket.write(formatRtspResponse(200, { CSeq, ...(base ? { 'Content-Base': base } : {}) }, this.#sdp()));
        break;
      }
      case 'SETUP': {
        if (!request.uri.startsWith(`${this.url}/`)) {
          socket.write(formatRtspResponse(404, { CSeq }));
          break;
        }
        const transport = parseTransport(request.headers.get('Transport') ?? '')[0];
        if (!transport || !(this.#options.transports ?? ['tcp', 'udp']).includes(transport.lower)) {
          socket.write(formatRtspResponse(461, { CSeq }));
          break;
        }
        const isVideo = request.uri.endsWith('video');
        if (transport.interleaved) {
          const [channel] = transport.interleaved;
          if (isVideo) tracks.push((packet) => socket.write(formatInterleaved(channel, packet)));
          const Transport = `RTP/AVP/TCP;unicast;interleaved=${channel}-${channel + 1}`;
          socket.write(formatRtspResponse(200, { CSeq, Session, Transport }));
        } else {
          const [rtp, rtcp] = [await udpSocket(), await udpSocket()];
          this.#udp.push(rtp, rtcp);
          rtcp.on('message', (packet) => this.reports.push(packet));
          const ports = transport.clientPort ?? [0, 0];
          if (isVideo) tracks.push((packet) => rtp.send(packet, ports[0], '127.0.0.1'));
          const server = `${rtp.address().port}-${rtcp.address().port}`;
          const Transport = `RTP/AVP;unicast;client_port=${ports.join('-')};server_port=${server}`;
          socket.write(formatRtspResponse(200, { CSeq, Session, Transport }));
        }
        break;
      }
      case 'PLAY':
        socket.write(formatRtspResponse(200, { CSeq, Session }));
        for (const send of tracks) this.#play(send, socket);
        break;
      case 'OPTIONS':
        socket.write(
          formatRtspResponse(200, { CSeq, Public: 'OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, TEARDOWN' }),
        );
        break;
      case 'GET_PARAMETER':
        socket.write(formatRtspResponse(200, { CSeq, Session }));
        break;
      default:
        socket.write(formatRtspResponse(request.method === 'TEARDOWN' ? 200 : 501, { CSeq }));
    }
  }

  #play(send: (packet: Buffer) => void, socket: Socket): void {
    const timer = setInterval(() => {
      const packets = this.#packets();
      for (const packet of this.#options.packets?.(packets, this.#picture) ?? packets) send(packet);
      this.#picture++;
    }, 40);
    this.#timers.add(timer);
    socket.once('close', () => clearInterval(timer));
  }

  #packets(): Buffer[] {
    const { pictures, parameterSets, sets = 'both', markers = true } = this.#options;
    const index = this.#picture % pictures.length;
    const nals = [...(index === 0 && sets !== 'sdp' ? parameterSets : []), ...(pictures[index] ?? [])];
    const payloads = nals.flatMap(payloadsOf);
    return payloads.map((payload, i) =>
      formatRtp(
        {
          payloadType: 96,
          marker: markers && i === payloads.length - 1,
          sequence: this.#sequence++,
          timestamp: this.#picture * 3600,
          ssrc: 0x1234,
        },
        payload,
      ),
    );
  }

  #sdp(): Buffer {
    const { parameterSets, sets = 'both', before = '', after = '' } = this.#options;
    const sprop = parameterSets.map((set) => set.toString('base64')).join(',');
    const fmtp = `a=fmtp:96 packetization-mode=1${sets === 'band' ? '' : `;sprop-parameter-sets=${sprop}`}\r\n`;
    return Buffer.from(
      `v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=Test\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\na=control:*\r\n${before}` +
        `m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n${fmtp}a=control:video\r\n${after}`,
    );
  }
}

/** A single NAL unit packet, or fragments (RFC 6184 5.6, 5.8). */
function payloadsOf(nal: Buffer): Buffer[] {
  const size = 1200;
  if (nal.length <= size) return [nal];
  const header = nal[0] ?? 0;
  const payloads: Buffer[] = [];
  for (let at = 1; at < nal.length; at += size) {
    const start = at === 1 ? 0x80 : 0;
    const end = at + size >= nal.length ? 0x40 : 0;
    const fragment = nal.subarray(at, at + size);
    payloads.push(Buffer.concat([Buffer.from([(header & 0xe0) | 28, start | end | (header & 0x1f)]), fragment]));
  }
  return payloads;
}

function udpSocket(): Promise<UdpSocket> {
  const socket = createSocket('udp4');
  return new Promise((resolve) => socket.bind(0, '127.0.0.1', () => resolve(socket)));
}
