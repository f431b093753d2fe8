import { CreateIngressRequest, CreateRoomRequest, SendDataRequest, SignalRequest } from '@livekit/protocol';
import { formatRtcp, formatRtp, H264Receiver } from '@marsad/media';
import type { FuzzTarget } from '@marsad/media/testing/fuzz';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { FrameReader, jsonFrame } from '../../rpc/frame.ts';
import { RpcError } from '../../rpc/rpc-error.ts';
import { EdgeMetrics } from '../edge-metrics.ts';
import { IngressStreams } from '../ingress/ingress-streams.ts';
import { Ingresses } from '../ingress/ingresses.ts';
import { Rooms } from '../rooms/rooms.ts';
import { readCandidate, readRequest } from '../signalling/signal-codec.ts';
import { IngressService } from '../twirp/ingress-service.ts';
import { RoomService } from '../twirp/room-service.ts';
import { TwirpBody, type TwirpEncoding, written } from '../twirp/twirp-body.ts';
import { TwirpError } from '../twirp/twirp-error.ts';
import { readFragment, readOffer } from '../whep/whep-offer.ts';
import { TrackReception } from '../whip/track-reception.ts';
import { onlyThese, readPublishOffer, withOpenPorts } from '../whip/whip-offer.ts';
import { rtspTargets } from './rtsp-fuzz-targets.ts';

const refusesNothing = () => false;
const silent = pino({ level: 'silent' });

const offer = [
  'v=0',
  'o=- 1 2 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0',
  'm=video 9 UDP/TLS/RTP/SAVPF 96 97',
  'c=IN IP4 0.0.0.0',
  'a=mid:0',
  'a=recvonly',
  'a=rtcp-mux',
  'a=extmap:5/recvonly http://www.webrtc.org/experiments/rtp-hdrext/playout-delay',
  'a=rtpmap:96 H264/90000',
  'a=fmtp:96 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f',
  'a=rtpmap:97 rtx/90000',
  'a=candidate:1 1 UDP 2122260223 127.0.0.1 50000 typ host',
  '',
].join('\r\n');

/** The body of a WHEP offer and of its trickled candidates. */
const whep: FuzzTarget = {
  name: 'whep-bodies',
  samples: [
    Buffer.from(offer),
    Buffer.from('a=ice-ufrag:x\r\na=mid:0\r\na=candidate:1 1 UDP 1 127.0.0.1 9 typ host\r\n'),
  ],
  refuses: refusesNothing,
  open: () => (bytes) => {
    const text = bytes.toString('utf8');
    readFragment(text);
    const read = readOffer(text);
    if (read && (read.payloadType > 127 || read.format.length > 200)) throw new Error('broken: an offer is bounded');
  },
};

const published = offer
  .replace('a=mid:0', 'a=mid:0\r\na=ice-ufrag:abcd')
  .replace('a=recvonly', 'a=sendonly\r\na=bundle-only');
const sound = 'm=audio 0 UDP/TLS/RTP/SAVPF 111\r\na=mid:1\r\na=sendrecv\r\na=rtpmap:111 opus/48000/2\r\n';

/** The body of a WHIP offer, and what is made of it. */
const whip: FuzzTarget = {
  name: 'whip-bodies',
  samples: [Buffer.from(published), Buffer.from(published + sound)],
  refuses: refusesNothing,
  open: () => (bytes) => {
    const text = bytes.toString('utf8');
    const read = readPublishOffer(text);
    withOpenPorts(text);
    onlyThese(text, ['0']);
    if (typeof read === 'string') return;
    const lines = read.audio ? [read.video, read.audio] : [read.video];
    for (const { mid, payloadType, format } of lines) {
      if (payloadType > 127 || format.length > 200 || mid.length > 32) throw new Error('broken: an offer is bounded');
    }
  },
};

let openReception: TrackReception | null = null;

/** What a WHIP publisher sends once it is connected: RTP and RTCP, decrypted. */
const whipPackets: FuzzTarget = {
  name: 'whip-packets',
  samples: [
    formatRtp({ payloadType: 96, sequence: 1, timestamp: 1, ssrc: 7, marker: true }, Buffer.from([0x65, 0x88, 0x84])),
    formatRtp({ payloadType: 96, sequence: 9, timestamp: 1, ssrc: 7, marker: false }, Buffer.from([0x7c, 0x85, 1, 2])),
    formatRtp(
      { payloadType: 96, sequence: 2, timestamp: 2, ssrc: 7, marker: true },
      Buffer.from([0x78, 0, 2, 0x67, 1]),
    ),
    formatRtcp([{ kind: 'bye', ssrcs: [7], reason: null }]),
  ],
  refuses: refusesNothing,
  open: () => {
    // What it waits for is on timers, which would keep those of every session before.
    openReception?.close();
    const reception = new TrackReception({
      track: { ssrc: 1, send: () => true },
      payloadType: 96,
      clockRate: 90_000,
      receiver: new H264Receiver({ payloadType: 96, onTrack: () => {}, onUnit: () => {} }),
      retransmission: true,
      onPacket: () => {},
      onGoodbye: () => {},
    });
    openReception = reception;
    return (bytes) => {
      reception.take(Buffer.from(bytes));
      reception.second();
      if (reception.waiting > 1024) throw new Error('broken: what waits is bounded');
    };
  },
};

const requests = [
  new SignalRequest({ message: { case: 'ping', value: 5n } }),
  SignalRequest.fromJson({ trackSetting: { trackSids: ['TR_1', 'TR_2'], width: 640, height: 360, quality: 'LOW' } }),
  SignalRequest.fromJson({ answer: { type: 'answer', sdp: offer, id: 2 } }),
  SignalRequest.fromJson({ trickle: { candidateInit: '{"candidate":"candidate:1","sdpMid":"0"}' } }),
  SignalRequest.fromJson({ subscription: { participantTracks: [{ participantSid: 'PA_1', trackSids: ['TR_1'] }] } }),
];

/** What viewers send over the signalling WebSocket, in both of its forms. */
const signalling: FuzzTarget = {
  name: 'signalling',
  samples: requests.flatMap((request) => [Buffer.from(request.toBinary()), Buffer.from(request.toJsonString())]),
  refuses: refusesNothing,
  open: () => (bytes) => {
    for (const binary of [true, false]) {
      const message = readRequest(bytes, binary)?.message;
      if (message?.case === 'trickle') readCandidate(message.value.candidateInit);
    }
    readCandidate(bytes.toString('utf8'));
  },
};

function isRefusal(error: unknown): boolean {
  return error instanceof TwirpError;
}

/** A call comes in either; what was written in the other one is garbage. */
function eitherOf(random: () => number): TwirpEncoding {
  return random() < 0.5 ? 'json' : 'protobuf';
}

const methods = [
  'CreateRoom',
  'ListRooms',
  'DeleteRoom',
  'ListParticipants',
  'GetParticipant',
  'RemoveParticipant',
  'SendData',
  'UpdateRoomMetadata',
] as const;
const bodies = [
  { name: 'r', metadata: JSON.stringify({ cameras: [{ id: 'a', name: 'A' }], viewers: ['v'] }), emptyTimeout: 300 },
  { room: 'r', metadata: JSON.stringify({ cameras: [{ id: 'b', name: 'B' }] }) },
  { room: 'r', identity: 'camera_a' },
  { room: 'r', data: 'AAEC', kind: 'LOSSY', destinationIdentities: ['v'], topic: 't' },
  { names: ['r'] },
];

const ingressMethods = ['CreateIngress', 'UpdateIngress', 'ListIngress', 'DeleteIngress'];
const ingressBodies = [
  { inputType: 'WHIP_INPUT', name: 'n', roomName: 'r', participantIdentity: 'i', participantName: 'p', enabled: true },
  {
    inputType: 'WHIP_INPUT',
    room_name: 'r',
    participant_identity: 'i',
    participantMetadata: '{}',
    audio: { name: 'a' },
  },
  { ingressId: 'IN_1', name: 'm', enableTranscoding: false },
  { roomName: 'r' },
];

/** Bodies of calls about ingresses, which go on living. */
const ingress: FuzzTarget = {
  name: 'twirp-ingress',
  samples: [
    ...ingressBodies.map((body) => Buffer.from(JSON.stringify(body))),
    Buffer.from(
      new CreateIngressRequest({ inputType: 1, name: 'n', roomName: 'r', participantIdentity: 'i' }).toBinary(),
    ),
  ],
  refuses: isRefusal,
  open: (random) => {
    const rooms = new Rooms({ events: { event: () => {} }, metrics: new EdgeMetrics(new Registry()) });
    const ingresses = new Ingresses({
      rooms,
      streams: new IngressStreams({ others: { subscribe: () => ({ close: () => {} }) }, log: silent }),
      file: null,
      onStarted: () => {},
      onEnded: () => {},
      log: silent,
    });
    const service = new IngressService(ingresses);
    const grant = { identity: 'api', name: '', metadata: '', attributes: {}, video: { ingressAdmin: true } };
    return async (bytes) => {
      const method = ingressMethods[Math.floor(random() * ingressMethods.length)] ?? 'ListIngress';
      await service.call(method, grant, new TwirpBody(eitherOf(random), bytes), 'http://edge');
      for (const { ingress } of ingresses.all) {
        if (ingress.name.length > 200 || ingress.roomName.length > 200) throw new Error('broken: names are bounded');
      }
    };
  },
};

let openRooms: Rooms | null = null;

/** Bodies of Twirp calls, made with every right there is, on rooms that go on living. */
const twirp: FuzzTarget = {
  name: 'twirp',
  samples: [
    ...bodies.map((body) => Buffer.from(JSON.stringify(body))),
    Buffer.from(
      new CreateRoomRequest({ name: 'r', metadata: bodies[0]?.metadata ?? '', emptyTimeout: 300 }).toBinary(),
    ),
    Buffer.from(new SendDataRequest({ room: 'r', data: new Uint8Array(3), topic: 't' }).toBinary()),
  ],
  refuses: isRefusal,
  open: (random) => {
    const metrics = new EdgeMetrics(new Registry());
    // Rooms wait for viewers on timers, which would keep those of every session before.
    openRooms?.close();
    const rooms = new Rooms({ events: { event: () => {} }, metrics });
    openRooms = rooms;
    const service = new RoomService(rooms);
    const grant = {
      identity: 'api',
      name: '',
      metadata: '',
      attributes: {},
      video: { roomCreate: true, roomList: true, roomAdmin: true, room: 'r' },
    };
    return (bytes) => {
      if (rooms.all.length > 20) rooms.close();
      const method = methods[Math.floor(random() * methods.length)] ?? 'ListRooms';
      const encoding = eitherOf(random);
      written(service.call(method, grant, new TwirpBody(encoding, bytes)), encoding);
    };
  },
};

/** The byte stream between nodes, after the handshake. */
const rpcFrames: FuzzTarget = {
  name: 'rpc-frames',
  samples: [Buffer.concat([jsonFrame({ type: 'request', id: 1, method: 'node.ping', params: {} }), jsonFrame('x')])],
  refuses: (error) => error instanceof RpcError,
  open: () => (bytes) => {
    const reader = new FrameReader();
    for (let at = 0; at < bytes.length; at += 7) {
      reader.read(bytes.subarray(at, at + 7), ({ payload }) => {
        if (payload.length >= reader.limit) throw new Error('broken: a frame is bounded');
      });
    }
  },
};

/** Everything in a media node that reads what viewers, integrators and other nodes send. */
export const edgeTargets: readonly FuzzTarget[] = [
  whep,
  whip,
  whipPackets,
  signalling,
  twirp,
  ingress,
  rpcFrames,
  ...rtspTargets,
];
