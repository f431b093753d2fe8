import { formatAudioConfig, parseAudioConfig } from '../../aac/audio-config.ts';
import { packetizeAac } from '../../aac/packetizer.ts';
import { AacReceiver } from '../../aac/receiver.ts';
import { parsePps } from '../../h264/pps.ts';
import { H264Receiver } from '../../h264/receiver.ts';
import { parseSps } from '../../h264/sps.ts';
import { fixture, makePps, makeSps, packetsOf } from '../../h264/test-stream.ts';
import { MediaError } from '../../media-error.ts';
import { formatRtp, parseRtp, RtpPacket } from '../../rtp/packet.ts';
import { formatRtcp } from '../../rtp/rtcp-format.ts';
import { parseRtcp } from '../../rtp/rtcp-parse.ts';
import { RtspAuthVerifier } from '../../rtsp/auth-verifier.ts';
import { parseChallenges, strongestChallenge } from '../../rtsp/challenge.ts';
import { controlCandidates } from '../../rtsp/control-url.ts';
import { RtspDemuxer } from '../../rtsp/demuxer.ts';
import { parseRange, parseRtpInfo, parseSession } from '../../rtsp/fields.ts';
import { formatInterleaved } from '../../rtsp/interleaved.ts';
import { formatRtspRequest, formatRtspResponse } from '../../rtsp/message.ts';
import { parseTransport } from '../../rtsp/transport.ts';
import { maskRtspUrl, parseRtspUrl } from '../../rtsp/url.ts';
import { parseSdp } from '../../sdp/parse.ts';
import { sdpTracks } from '../../sdp/tracks.ts';
import { samplePictures } from './sample-pictures.ts';
import type { FuzzTarget } from './target.ts';

const text = (...lines: string[]) => Buffer.from(lines.join('\r\n'));
const refuses = (error: unknown) => error instanceof MediaError;
/** What a reader must keep to whatever it is fed. */
function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(`broken: ${what}`);
}
const rtp = (payload: Buffer, sequence = 1) =>
  formatRtp({ payloadType: 96, marker: true, sequence, timestamp: 2, ssrc: 3 }, payload);

const rtspStream: FuzzTarget = {
  name: 'rtsp-stream',
  samples: [
    Buffer.concat([
      formatRtspResponse(401, { CSeq: 1, 'WWW-Authenticate': ['Basic realm="x"', 'Digest realm="x", nonce="1"'] }),
      formatInterleaved(0, rtp(Buffer.alloc(50, 7))),
      formatRtspRequest('ANNOUNCE', 'rtsp://h/x', { CSeq: 2 }, Buffer.from('v=0\r\nm=video 0 RTP/AVP 96\r\n')),
      formatInterleaved(1, formatRtcp([{ kind: 'rr', ssrc: 1, reports: [] }])),
    ]),
  ],
  refuses,
  open: (random) => (bytes) => {
    const demuxer = new RtspDemuxer({
      onRequest: () => {},
      onResponse: () => {},
      onFrame: (_channel, payload) => must(payload.length < 65_536, 'a frame of at most 64 KB'),
    });
    for (let at = 0; at < bytes.length; ) {
      const end = at + 1 + Math.floor(random() * 200);
      demuxer.push(bytes.subarray(at, end));
      at = end;
    }
  },
};

const rtspUrl: FuzzTarget = {
  name: 'rtsp-url',
  samples: [text('rtsp://user:p%40ss@[::1]:554/a/b?c=d'), text('rtsp://h/'), text('rtsps://u:p@h:1/x#y')],
  refuses,
  open: () => (bytes) => {
    const value = bytes.toString('latin1');
    maskRtspUrl(value);
    controlCandidates({ requestUrl: 'rtsp://h/x', contentBase: value, control: value });
    parseRtspUrl(value);
  },
};

const rtspFields: FuzzTarget = {
  name: 'rtsp-fields',
  samples: [
    text('RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=12345678;mode="PLAY",RTP/AVP;client_port=1-2'),
    text('url=rtsp://h/t1;seq=1;rtptime=2,url=rtsp://h/t2;seq=3'),
    text('npt=0.000-1:02:03.4'),
    text('clock=20260101T000000.5Z-'),
    text('12345678;timeout=60'),
    text('Digest realm="r", nonce="a", qop="auth,auth-int", algorithm=SHA-256, opaque="\\"x", Basic realm="y"'),
    text(
      'Digest username="u", realm="r", nonce="0.0", uri="rtsp://h/", response="00", nc=00000001, cnonce="1", qop=auth',
    ),
  ],
  refuses,
  open: () => {
    const verifier = new RtspAuthVerifier({ realm: 'r' });
    return (bytes) => {
      const value = bytes.toString('latin1');
      parseTransport(value);
      parseRtpInfo(value);
      parseRange(value);
      parseSession(value);
      strongestChallenge(parseChallenges([value]));
      must(!verifier.verify('PLAY', 'rtsp://h/', value, () => 'p').ok, 'nobody is let in');
    };
  },
};

const sdp: FuzzTarget = {
  name: 'sdp',
  samples: [
    text(
      'v=0',
      'o=- 1 1 IN IP4 1.2.3.4',
      's=x',
      't=0 0',
      'm=video 0 RTP/AVP 96 97',
      'a=rtpmap:96 H264/90000',
      'a=fmtp:96 packetization-mode=1;sprop-parameter-sets=Z0LADdkBQfsBEAAAAwAQAAADAyDxYuQ=,aM48gA==',
      'a=control:trackID=1',
      'm=audio 0 RTP/AVP 98',
      'a=rtpmap:98 MPEG4-GENERIC/48000/2',
      'a=fmtp:98 config=1190;sizelength=13;indexlength=3;indexdeltalength=3',
    ),
  ],
  refuses,
  open: () => (bytes) => {
    for (const track of sdpTracks(parseSdp(bytes))) must(track.codecName.length > 0, 'a codec has a name');
  },
};

const rtpPackets: FuzzTarget = {
  name: 'rtp',
  samples: [Buffer.from('b260000100000002000000030000000a0000000bbede0001aabbccdd01020304000003', 'hex')],
  refuses,
  open: () => (bytes) => {
    const { payload, csrc } = parseRtp(bytes);
    must(payload.length + csrc.length * 4 <= bytes.length, 'a packet holds what it says');
  },
};

const report = {
  ssrc: 1,
  fractionLost: 1,
  cumulativeLost: -1,
  highestSequence: 1,
  jitter: 1,
  lastSenderReport: 1,
  delaySinceLastSenderReport: 1,
};
const rtcp: FuzzTarget = {
  name: 'rtcp',
  samples: [
    formatRtcp([
      {
        kind: 'sr',
        ssrc: 1,
        ntp: { seconds: 1, fraction: 1 },
        rtpTimestamp: 1,
        packetCount: 1,
        octetCount: 1,
        reports: [report],
      },
      { kind: 'sdes', chunks: [{ ssrc: 1, items: [{ type: 1, text: 'name' }] }] },
      { kind: 'nack', sender: 1, media: 2, sequences: [1, 2, 3, 40] },
      { kind: 'fir', sender: 1, media: 2, entries: [{ ssrc: 1, sequence: 1 }] },
      { kind: 'bye', ssrcs: [1], reason: 'gone' },
    ]),
  ],
  refuses,
  // What was read can be written again.
  open: () => (bytes) => void formatRtcp(parseRtcp(bytes)),
};

const parameterSets: FuzzTarget = {
  name: 'h264-parameter-sets',
  samples: [makeSps({ reorder: 2 }), makePps(3, 1), ...fixture('high-1080').slice(0, 2)],
  refuses,
  open: () => (bytes) => {
    try {
      parsePps(bytes);
    } catch (error) {
      if (!refuses(error)) throw error;
    }
    const { width, height } = parseSps(bytes);
    must(width > 0 && height > 0 && width <= 16_384 && height <= 16_384, 'a picture has a size');
  },
};

const maxUnitBytes = 100_000;
const h264: FuzzTarget = {
  name: 'h264',
  samples: [
    ...packetsOf(samplePictures, { maxPayload: 300 }),
    ...packetsOf([[5, fixture('main-b-multislice')]], { markers: false }).slice(0, 20),
  ],
  refuses,
  open: () => {
    let lastDts = Number.NEGATIVE_INFINITY;
    let now = 0;
    const receiver = new H264Receiver({
      payloadType: null,
      now: () => now,
      maxUnitBytes,
      onTrack: (track) => must(track.width > 0, 'a track has a size'),
      onUnit: (unit) => {
        must(unit.nals.length > 0 && unit.bytes <= maxUnitBytes, 'a picture is bounded');
        must(unit.bytes === unit.nals.reduce((sum, nal) => sum + nal.length, 0), 'a picture says how long it is');
        must(unit.dts > lastDts, 'time goes on');
        must(!unit.key || unit.parameterSets !== undefined, 'a key picture can be decoded');
        lastDts = unit.dts;
      },
    });
    const packet = new RtpPacket();
    return (bytes) => {
      now += 10;
      if (packet.read(bytes)) receiver.push(packet, now);
    };
  },
};

const aacPayloads = [
  ...packetizeAac(Buffer.alloc(300, 1)),
  ...packetizeAac(Buffer.alloc(700, 2), 200),
  Buffer.from('003000100018000811223344aabb', 'hex'),
];
const aac: FuzzTarget = {
  name: 'aac',
  samples: aacPayloads.map((payload, sequence) => rtp(payload, sequence)),
  refuses,
  open: () => {
    const receiver = new AacReceiver({
      payloadType: null,
      clockRate: 48_000,
      config: formatAudioConfig(48_000, 2),
      now: () => 0,
      onUnit: (unit) => must(unit.bytes > 0 && unit.bytes <= 65_536, 'a frame is bounded'),
    });
    const packet = new RtpPacket();
    return (bytes) => {
      if (packet.read(bytes)) receiver.push(packet, 0);
    };
  },
};

const audioConfig: FuzzTarget = {
  name: 'audio-config',
  samples: [formatAudioConfig(48_000, 2), Buffer.from('2b118800', 'hex')],
  refuses,
  open: () => (bytes) => void parseAudioConfig(bytes),
};

/** Everything in this package that reads what a camera, a publisher or a player sends. */
export const mediaTargets: readonly FuzzTarget[] = [
  rtspStream,
  rtspUrl,
  rtspFields,
  sdp,
  rtpPackets,
  rtcp,
  parameterSets,
  h264,
  aac,
  audioConfig,
];
