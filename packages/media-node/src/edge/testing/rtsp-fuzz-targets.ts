import { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import type { AccessAnswer, AccessRequest } from '@marsad/contract';
import {
  formatInterleaved,
  formatRtcp,
  formatRtp,
  formatRtspRequest,
  ntpFromUnix,
  packetizeH264,
  parseSdp,
  RtspDemuxer,
} from '@marsad/media';
import type { FuzzTarget } from '@marsad/media/testing/fuzz';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { SourceError } from '../../ingest/source/source.ts';
import { picture, videoTrack } from '../../testing/pictures.ts';
import type { Access } from '../access.ts';
import { EdgeMetrics } from '../edge-metrics.ts';
import { BurstPacer } from '../egress/burst-pacer.ts';
import { EgressClock } from '../egress/egress-clock.ts';
import { Rooms } from '../rooms/rooms.ts';
import { Gatekeeper } from '../rtsp/gatekeeper.ts';
import { PublishSession } from '../rtsp/publish-session.ts';
import { type ClientSocket, RtspConnection } from '../rtsp/rtsp-connection.ts';
import { RtspFeeds } from '../rtsp/rtsp-feeds.ts';
import type { RtspParts } from '../rtsp/rtsp-parts.ts';
import { UdpPorts } from '../rtsp/udp-ports.ts';
import { HandFedCamera } from './hand-fed-camera.ts';
import { MemoryPublishing } from './memory-publishing.ts';

const ROOM = 'everybody';

/** Lets everybody read and publish every camera, but those whose name says otherwise, and knows who has not gone. */
class OpenAccess implements Access {
  readonly within = new Set<string>();

  async ask({ session, action, path, profile, credentials }: AccessRequest): Promise<AccessAnswer> {
    if (credentials.kind === 'digest') return { outcome: 'refused', reason: 'UNAUTHENTICATED', detail: 'no digest' };
    if (path.includes('full')) return { outcome: 'refused', reason: 'FULL', detail: path };
    this.within.add(session);
    if (action === 'publish') return { outcome: 'publish', camera: path.slice(0, 20), profile };
    return { outcome: 'read', camera: 'cam', profile, room: ROOM, identity: session, attributes: {} };
  }

  closed(session: string): void {
    if (!this.within.delete(session)) throw new Error('broken: a session is given back once');
  }
}

/** The server's end of a connection whose client does whatever it is told. */
class FedSocket extends Duplex implements ClientSocket {
  readonly remoteAddress = '192.0.2.7';
  readonly remotePort = 4;
  bytesRead = 0;
  readonly #onAnswer: (bytes: Buffer) => void;

  constructor(onAnswer: (bytes: Buffer) => void) {
    super();
    this.#onAnswer = onAnswer;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.#onAnswer(chunk);
    done();
  }

  feed(bytes: Buffer): void {
    this.bytesRead += bytes.length;
    this.push(bytes);
  }

  setNoDelay(): void {}

  setKeepAlive(): void {}
}

const uri = 'rtsp://edge/cam';
const bearer = { Authorization: 'Bearer good' };
const announced = [
  'v=0',
  'o=- 1 1 IN IP4 192.0.2.7',
  's=x',
  't=0 0',
  'm=video 0 RTP/AVP 96',
  'a=rtpmap:96 H264/90000',
  'a=fmtp:96 packetization-mode=1;sprop-parameter-sets=Z0LADdkBQfsBEAAAAwAQAAADAyDxYuQ=,aM48gA==',
  'a=control:streamid=0',
  'm=audio 0 RTP/AVP 97',
  'a=rtpmap:97 MPEG4-GENERIC/48000/2',
  'a=fmtp:97 config=1190;sizelength=13;indexlength=3;indexdeltalength=3;mode=AAC-hbr',
  'a=control:streamid=1',
  '',
].join('\r\n');

const nals = [
  Buffer.from('Z0LADdkBQfsBEAAAAwAQAAADAyDxYuQ=', 'base64'),
  Buffer.from('aM48gA==', 'base64'),
  Buffer.concat([Buffer.from([0x65, 0x88, 0x84]), Buffer.alloc(3000, 7)]),
];
const videoPackets = packetizeH264(nals, { maxPayload: 1200, headroom: 0 }).map((payload, i, { length }) =>
  formatRtp({ payloadType: 96, marker: i === length - 1, sequence: 65_534 + i, timestamp: 9000, ssrc: 3 }, payload),
);
const audioPacket = formatRtp(
  { payloadType: 97, marker: true, sequence: 1, timestamp: 2, ssrc: 4 },
  Buffer.from('0010002001020304', 'hex'),
);
const control = formatRtcp([
  {
    kind: 'sr',
    ssrc: 3,
    ntp: ntpFromUnix(1_700_000_000_000),
    rtpTimestamp: 9000,
    packetCount: 1,
    octetCount: 1,
    reports: [],
  },
  { kind: 'bye', ssrcs: [3], reason: 'off' },
]);

/** Requests with their sequence numbers, and packets, as one stream of bytes. */
function said(
  ...parts: (Buffer | [method: string, uri: string, fields?: Record<string, string>, body?: string])[]
): Buffer {
  let cseq = 0;
  return Buffer.concat(
    parts.map((part) => {
      if (Buffer.isBuffer(part)) return part;
      const [method, target, fields = {}, body = ''] = part;
      return formatRtspRequest(method, target, { CSeq: ++cseq, ...fields }, Buffer.from(body));
    }),
  );
}

const digest = 'Digest username="a", realm="marsad", nonce="x.y", uri="rtsp://edge/cam", response="0", algorithm=MD5';
const dialogues = [
  said(
    ['OPTIONS', '*'],
    ['DESCRIBE', uri, bearer],
    ['SETUP', `${uri}/trackID=0`, { Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1' }],
    ['PLAY', uri, { Range: 'npt=now-' }],
    formatInterleaved(1, formatRtcp([{ kind: 'rr', ssrc: 1, reports: [] }])),
    ['GET_PARAMETER', uri],
    ['PAUSE', uri],
    ['PLAY', uri],
  ),
  said(
    ['DESCRIBE', `${uri}?profile=sub&access_token=good`, { Authorization: digest }],
    ['SETUP', `${uri}/sub/trackID=0`, { ...bearer, Transport: 'RTP/AVP;unicast;client_port=5000-5001,RTP/AVP/TCP' }],
    ['PLAY', uri],
    ['TEARDOWN', uri],
    ['DESCRIBE', 'rtsp://edge/full', { Authorization: 'Basic YTpi' }],
  ),
  said(
    ['ANNOUNCE', uri, { 'Content-Type': 'application/sdp' }, announced],
    ['SETUP', `${uri}/streamid=0`, { Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1;mode=record' }],
    ['SETUP', `${uri}/streamid=1`, { Transport: 'RTP/AVP/TCP;unicast;mode=record' }],
    ['RECORD', uri],
    ...videoPackets.map((packet) => formatInterleaved(0, packet)),
    formatInterleaved(1, control),
    formatInterleaved(2, audioPacket),
    ['TEARDOWN', uri],
  ),
];

/** Those of the session fed last: a room waits for others on a timer, and goes when the next session begins. */
let openRooms: Rooms | null = null;

/** What a client says to the RTSP server, from the first byte to the last. */
const connections: FuzzTarget = {
  name: 'rtsp-server',
  samples: dialogues,
  refuses: () => false,
  open: (random) => {
    const camera = new HandFedCamera([videoTrack]);
    const metrics = new EdgeMetrics(new Registry());
    const rooms = new Rooms({ events: { event: () => {} }, metrics });
    openRooms?.close();
    openRooms = rooms;
    const metadata = JSON.stringify({ cameras: [{ id: 'cam', name: 'Cam' }] });
    const room = rooms.create({ name: ROOM, emptyTimeout: 300, departureTimeout: 300, maxParticipants: 0 }, metadata);
    const access = new OpenAccess();
    const publishing = new MemoryPublishing();
    const [pacer, clock, log] = [new BurstPacer(), new EgressClock(), pino({ level: 'silent' })];
    const parts: RtspParts = { rooms, access, publishing, metrics, pacer, clock, log };
    // Closed as soon as nobody reads: a target is not told when it is over.
    const feeds = new RtspFeeds({ streams: camera, metrics, linger: 0 });
    const [gatekeeper, ports] = [new Gatekeeper(), new UdpPorts({ host: '127.0.0.1', port: 0 })];
    let shown = 0;
    return async (bytes) => {
      const answers = new RtspDemuxer({});
      const socket = new FedSocket((answer) => answers.push(answer));
      let open = true;
      const onClosed = () => {
        open = false;
      };
      const options = { socket, secure: random() < 0.1, parts, feeds, ports, gatekeeper, onClosed };
      const connection = new RtspConnection(options);
      for (let at = 0; at < bytes.length && open; ) {
        const end = at + 1 + Math.floor(random() * 6000);
        socket.feed(bytes.subarray(at, end));
        at = end;
        await turn();
        camera.unit(picture(shown, { key: shown++ % 5 === 0 }));
      }
      connection.second(performance.now() + random() * 30_000);
      const { path } = connection.info;
      if (path !== null && path.length > 300) throw new Error('broken: a path is bounded');
      connection.close(null);
      await turn();
      if (open) throw new Error('broken: what is closed says so');
      if (answers.garbageBytes > 0 || answers.isAwaitingMore) throw new Error('broken: answers are whole');
      if (access.within.size > 0) throw new Error('broken: who was let in is given back');
      if (room?.members.length !== 0) throw new Error('broken: who is gone is in no room');
      if (publishing.published.some(({ closed }) => closed === null)) throw new Error('broken: nobody publishes');
      publishing.published.length = 0;
    };
  },
};

/** The description of a stream that somebody wants to publish. */
const announcements: FuzzTarget = {
  name: 'rtsp-announce',
  samples: [Buffer.from(announced)],
  refuses: (error) => error instanceof SourceError || (error instanceof Error && error.name === 'MediaError'),
  open: () => {
    const publish = publisherOf();
    return (bytes) => {
      const { session, publication } = publish(bytes);
      for (const name of ['streamid=0', 'streamid=1', 'x']) {
        const medium = session.mediumOf(`${uri}/${name}`);
        if (medium === null || session.hasSetUp(medium)) continue;
        session.setup(medium, { kind: 'tcp', ssrc: null, sendRtcp: () => {} });
        session.receiver(medium).rtp(audioPacket);
      }
      session.close('STREAM_ENDED', null);
      if (publication.closed === null) throw new Error('broken: what is closed is closed');
    };
  },
};

/** The session fed last: what waits in it for its timers goes when the next one begins. */
let fed: PublishSession | null = null;

/** Packets of a stream that is published, in disorder and by datagram. */
const publishedPackets: FuzzTarget = {
  name: 'rtsp-published',
  samples: [...videoPackets, audioPacket, control],
  refuses: () => false,
  open: (random) => {
    const { session, publication } = publisherOf()(Buffer.from(announced));
    const path = { kind: 'udp', ssrc: null, sendRtcp: () => {} } as const;
    for (const medium of [0, 1]) session.setup(medium, path);
    session.record(0);
    fed?.close('STREAM_ENDED', null);
    fed = session;
    let now = 0;
    return (bytes) => {
      const receiver = session.receiver(random() < 0.8 ? 0 : 1);
      session.heard(bytes.length, now);
      if (random() < 0.8) receiver.rtp(bytes);
      else receiver.rtcp(bytes);
      now += 1000;
      if (session.second(now)) throw new Error('broken: it is not silent');
      if (publication.units.some((unit) => unit.bytes > 4_000_000)) throw new Error('broken: a picture is bounded');
      publication.units.length = 0;
    };
  },
};

/** Begins publishing what a description says. */
function publisherOf() {
  const metrics = new EdgeMetrics(new Registry());
  const rooms = new Rooms({ events: { event: () => {} }, metrics });
  const publishing = new MemoryPublishing();
  const [pacer, clock, log] = [new BurstPacer(), new EgressClock(), pino({ level: 'silent' })];
  const access = { ask: () => Promise.reject(new Error('nobody asks')), closed: () => {} };
  const parts: RtspParts = { rooms, access, publishing, metrics, pacer, clock, log };
  const grant = { outcome: 'publish', camera: 'cam', profile: 'main' } as const;
  return (body: Buffer) => {
    publishing.published.length = 0;
    const description = parseSdp(body);
    const session = PublishSession.begin({ id: 's', grant, description, parts, onEnded: () => {} }, 0);
    const [publication] = publishing.published;
    if (!session || !publication) throw new Error('broken: nobody else publishes');
    return { session, publication };
  };
}

/** Everything of the RTSP server that reads what clients send. */
export const rtspTargets: readonly FuzzTarget[] = [connections, announcements, publishedPackets];
