import { describe, expect, it } from 'vitest';
import { formatAudioConfig, parseAudioConfig } from '../aac/audio-config.ts';
import { packetizeAac } from '../aac/packetizer.ts';
import { AacReceiver } from '../aac/receiver.ts';
import { parsePps } from '../h264/pps.ts';
import { H264Receiver } from '../h264/receiver.ts';
import { parseSps } from '../h264/sps.ts';
import { fixture, makePps, makeSlice, makeSps, packetsOf } from '../h264/test-stream.ts';
import { MediaError } from '../media-error.ts';
import { formatRtp, parseRtp, RtpPacket } from '../rtp/packet.ts';
import { ReorderBuffer } from '../rtp/reorder-buffer.ts';
import { formatRtcp } from '../rtp/rtcp-format.ts';
import { parseRtcp } from '../rtp/rtcp-parse.ts';
import { RtspAuthVerifier } from '../rtsp/auth-verifier.ts';
import { parseChallenges, strongestChallenge } from '../rtsp/challenge.ts';
import { controlCandidates } from '../rtsp/control-url.ts';
import { RtspDemuxer } from '../rtsp/demuxer.ts';
import { parseRange, parseRtpInfo, parseSession } from '../rtsp/fields.ts';
import { formatInterleaved } from '../rtsp/interleaved.ts';
import { formatRtspRequest, formatRtspResponse } from '../rtsp/message.ts';
import { parseTransport } from '../rtsp/transport.ts';
import { maskRtspUrl, parseRtspUrl } from '../rtsp/url.ts';
import { parseSdp } from '../sdp/parse.ts';
import { sdpTracks } from '../sdp/tracks.ts';
import { mutate, seededRandom } from './mutation.ts';

const runs = 10_000;

/** Runs `parse` on mutations of the samples; only the package's own error may come out. Gives how many were refused. */
function fuzz(seed: number, samples: readonly Buffer[], parse: (bytes: Buffer) => void, times = runs): number {
  const random = seededRandom(seed);
  let refused = 0;
  for (let i = 0; i < times; i++) {
    const bytes = mutate(samples, random);
    try {
      parse(bytes);
    } catch (error) {
      if (!(error instanceof MediaError)) {
        throw new Error(`run ${i} of seed ${seed}: ${bytes.toString('hex').slice(0, 2000)}`, { cause: error });
      }
      refused++;
    }
  }
  return refused;
}

const text = (...lines: string[]) => Buffer.from(lines.join('\r\n'));

describe('mutated input', () => {
  it('RTSP streams', () => {
    const stream = Buffer.concat([
      formatRtspResponse(401, { CSeq: 1, 'WWW-Authenticate': ['Basic realm="x"', 'Digest realm="x", nonce="1"'] }),
      formatInterleaved(
        0,
        formatRtp({ payloadType: 96, marker: true, sequence: 1, timestamp: 2, ssrc: 3 }, Buffer.alloc(50, 7)),
      ),
      formatRtspRequest('ANNOUNCE', 'rtsp://h/x', { CSeq: 2 }, Buffer.from('v=0\r\nm=video 0 RTP/AVP 96\r\n')),
      formatInterleaved(1, formatRtcp([{ kind: 'rr', ssrc: 1, reports: [] }])),
    ]);
    const random = seededRandom(1);
    let messages = 0;
    const refused = fuzz(100, [stream], (bytes) => {
      const demuxer = new RtspDemuxer({
        onRequest: () => messages++,
        onResponse: () => messages++,
        onFrame: (_channel, payload) => expect(payload.length).toBeLessThan(65_536),
      });
      for (let at = 0; at < bytes.length; ) {
        const end = at + 1 + Math.floor(random() * 200);
        demuxer.push(bytes.subarray(at, end));
        at = end;
      }
    });
    expect(messages).toBeGreaterThan(runs / 2);
    expect(refused).toBeLessThan(runs / 2);
  });

  it('RTSP streams that go on: the next whole messages are found', () => {
    const random = seededRandom(2);
    const frame = formatInterleaved(
      0,
      formatRtp({ payloadType: 96, marker: true, sequence: 1, timestamp: 2, ssrc: 3 }, Buffer.alloc(50, 7)),
    );
    let found = 0;
    for (let i = 0; i < 500; i++) {
      const noise = Buffer.from(Array.from({ length: 200 }, () => Math.floor(random() * 256)));
      let frames = 0;
      const demuxer = new RtspDemuxer({ onFrame: () => frames++ });
      demuxer.push(noise);
      // A false length in the noise may swallow at most 64 KB.
      for (let k = 0; k < 1200; k++) demuxer.push(frame);
      if (frames > 100) found++;
    }
    expect(found).toBe(500);
  });

  it('RTSP header fields and URLs', () => {
    const url = text('rtsp://user:p%40ss@[::1]:554/a/b?c=d');
    fuzz(101, [url, text('rtsp://h/'), text('rtsps://u:p@h:1/x#y')], (bytes) => {
      const value = bytes.toString('latin1');
      maskRtspUrl(value);
      controlCandidates({ requestUrl: 'rtsp://h/x', contentBase: value, control: value });
      parseRtspUrl(value);
    });
    const verifier = new RtspAuthVerifier({ realm: 'r' });
    const fields = [
      text('RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=12345678;mode="PLAY",RTP/AVP;client_port=1-2'),
      text('url=rtsp://h/t1;seq=1;rtptime=2,url=rtsp://h/t2;seq=3'),
      text('npt=0.000-1:02:03.4'),
      text('clock=20260101T000000.5Z-'),
      text('12345678;timeout=60'),
      text('Digest realm="r", nonce="a", qop="auth,auth-int", algorithm=SHA-256, opaque="\\"x", Basic realm="y"'),
      text(
        'Digest username="u", realm="r", nonce="0.0", uri="rtsp://h/", response="00", nc=00000001, cnonce="1", qop=auth',
      ),
    ];
    fuzz(102, fields, (bytes) => {
      const value = bytes.toString('latin1');
      parseTransport(value);
      parseRtpInfo(value);
      parseRange(value);
      parseSession(value);
      strongestChallenge(parseChallenges([value]));
      expect(verifier.verify('PLAY', 'rtsp://h/', value, () => 'p').ok).toBe(false);
    });
  });

  it('SDP', () => {
    const sdp = text(
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
    );
    fuzz(103, [sdp], (bytes) => {
      for (const track of sdpTracks(parseSdp(bytes))) expect(track.codecName.length).toBeGreaterThan(0);
    });
  });

  it('RTP and RTCP packets', () => {
    const packet = Buffer.from('b260000100000002000000030000000a0000000bbede0001aabbccdd01020304000003', 'hex');
    fuzz(104, [packet], (bytes) => {
      const { payload, csrc } = parseRtp(bytes);
      expect(payload.length + csrc.length * 4).toBeLessThanOrEqual(bytes.length);
    });
    const block = {
      ssrc: 1,
      fractionLost: 1,
      cumulativeLost: -1,
      highestSequence: 1,
      jitter: 1,
      lastSenderReport: 1,
      delaySinceLastSenderReport: 1,
    };
    const compound = formatRtcp([
      {
        kind: 'sr',
        ssrc: 1,
        ntp: { seconds: 1, fraction: 1 },
        rtpTimestamp: 1,
        packetCount: 1,
        octetCount: 1,
        reports: [block],
      },
      { kind: 'sdes', chunks: [{ ssrc: 1, items: [{ type: 1, text: 'name' }] }] },
      { kind: 'nack', sender: 1, media: 2, sequences: [1, 2, 3, 40] },
      { kind: 'fir', sender: 1, media: 2, entries: [{ ssrc: 1, sequence: 1 }] },
      { kind: 'bye', ssrcs: [1], reason: 'gone' },
    ]);
    // What was read can be written again.
    fuzz(105, [compound], (bytes) => void formatRtcp(parseRtcp(bytes)));
  });

  it('H.264 parameter sets', () => {
    const nals = fixture('high-1080').slice(0, 2);
    fuzz(106, [makeSps({ reorder: 2 }), ...nals], (bytes) => {
      const { width, height } = parseSps(bytes);
      expect(width > 0 && height > 0 && width <= 16_384 && height <= 16_384).toBe(true);
    });
    fuzz(107, [makePps(3, 1), ...nals], (bytes) => void parsePps(bytes));
  });

  it('H.264 packets, in a receiver that goes on living', () => {
    const slices = Array.from({ length: 6 }, (_, i) => [
      makeSlice({ key: i === 0, frameNum: i, length: 900 }),
      makeSlice({ key: i === 0, frameNum: i, firstMb: 9, type: 1 }),
    ]);
    const pictures = slices.map((nals, i): [number, Buffer[]] => [
      i * 3600,
      i === 0 ? [makeSps(), makePps(), ...nals] : nals,
    ]);
    const packets = packetsOf(pictures, { maxPayload: 300 });
    const real = packetsOf([[5, fixture('main-b-multislice')]], { markers: false }).slice(0, 20);
    let units = 0;
    let lastDts = Number.NEGATIVE_INFINITY;
    let now = 0;
    const receiver = new H264Receiver({
      payloadType: null,
      now: () => now,
      maxUnitBytes: 100_000,
      onTrack: (track) => expect(track.width).toBeGreaterThan(0),
      onUnit: (unit) => {
        units++;
        expect(unit.nals.length).toBeGreaterThan(0);
        expect(unit.bytes).toBe(unit.nals.reduce((sum, nal) => sum + nal.length, 0));
        expect(unit.bytes).toBeLessThanOrEqual(100_000);
        expect(unit.dts).toBeGreaterThan(lastDts);
        lastDts = unit.dts;
        if (unit.key) expect(unit.parameterSets).toBeDefined();
      },
    });
    const packet = new RtpPacket();
    fuzz(108, [...packets, ...real], (bytes) => {
      now += 10;
      if (packet.read(bytes)) receiver.push(packet, now);
    });
    // Two clean groups of pictures: the second comes out whole whatever came before.
    const before = units;
    let sequence = 1000;
    for (const start of [1_000_000, 2_000_000]) {
      for (const bytes of packetsOf(
        pictures.map(([time, nals]) => [start + time, nals]),
        { sequence, ssrc: 99 },
      )) {
        now += 40;
        sequence++;
        if (packet.read(bytes)) receiver.push(packet, now);
      }
    }
    receiver.flush();
    expect(units - before).toBeGreaterThanOrEqual(6);
  });

  it('H.264 packets over UDP: shuffled, lost, doubled', () => {
    const random = seededRandom(109);
    const pictures = Array.from({ length: 300 }, (_, i): [number, Buffer[]] => {
      const slice = makeSlice({
        key: i % 25 === 0,
        frameNum: i % 25,
        poc: (i % 25) * 2,
        idrPicId: (i / 25) & 1,
        length: 2500,
      });
      return [i * 3600, i % 25 === 0 ? [makeSps({ profile: 66 }), makePps(), slice] : [slice]];
    });
    const packets = packetsOf(pictures, { sequence: 65_000, maxPayload: 600 });
    const whole = new Set(pictures.flatMap(([, nals]) => nals.map((nal) => nal.toString('latin1'))));
    for (let round = 0; round < 8; round++) {
      let now = 0;
      let units = 0;
      const receiver = new H264Receiver({
        payloadType: 96,
        now: () => now,
        onTrack: () => {},
        onUnit: (unit) => {
          units++;
          for (const nal of unit.nals) expect(whole.has(nal.toString('latin1'))).toBe(true);
        },
      });
      const packet = new RtpPacket();
      const buffer = new ReorderBuffer({
        now: () => now,
        onPacket: (bytes) => void (packet.read(bytes) && receiver.push(packet, now)),
      });
      const sent = packets.flatMap((bytes, i) => {
        if (random() < 0.002 * round) return [];
        // The buffer begins with what comes first, so that stays the first.
        const entry = { bytes, at: i === 0 ? 0 : i + random() * 10 };
        return random() < 0.02 ? [entry, { bytes, at: i + 12 }] : [entry];
      });
      for (const { bytes, at } of sent.sort((a, b) => a.at - b.at)) {
        now = at * 8;
        buffer.push(bytes);
      }
      buffer.flush();
      receiver.flush();
      if (round === 0) expect(units).toBe(300);
      else expect(units).toBeGreaterThan(20);
    }
  });

  it('AAC packets and configurations', () => {
    const config = formatAudioConfig(48_000, 2);
    let frames = 0;
    const receiver = new AacReceiver({
      payloadType: null,
      clockRate: 48_000,
      config,
      now: () => 0,
      onUnit: (unit) => {
        frames++;
        expect(unit.bytes).toBeGreaterThan(0);
        expect(unit.bytes).toBeLessThanOrEqual(65_536);
      },
    });
    const payloads = [...packetizeAac(Buffer.alloc(300, 1)), ...packetizeAac(Buffer.alloc(700, 2), 200)];
    payloads.push(Buffer.from('003000100018000811223344aabb', 'hex'));
    const packets = payloads.map((payload, sequence) =>
      formatRtp({ payloadType: 97, marker: true, sequence, timestamp: sequence * 1024, ssrc: 1 }, payload),
    );
    const packet = new RtpPacket();
    fuzz(110, packets, (bytes) => {
      if (packet.read(bytes)) receiver.push(packet, 0);
    });
    expect(frames).toBeGreaterThan(100);
    fuzz(111, [config, Buffer.from('2b118800', 'hex')], (bytes) => void parseAudioConfig(bytes));
  });
});
