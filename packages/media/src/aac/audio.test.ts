import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AccessUnit } from '../access-unit.ts';
import { packetizeG711 } from '../g711/packetizer.ts';
import { G711Receiver } from '../g711/receiver.ts';
import { createReceiver } from '../rtp/create-receiver.ts';
import { formatRtp, parseRtp } from '../rtp/packet.ts';
import { parseSdp } from '../sdp/parse.ts';
import { sdpTracks } from '../sdp/tracks.ts';
import type { Track } from '../track.ts';
import { formatAudioConfig, parseAudioConfig } from './audio-config.ts';
import { packetizeAac } from './packetizer.ts';
import { AacReceiver } from './receiver.ts';

const config = formatAudioConfig(16_000, 1);
const rtp = (sequence: number, timestamp: number, payload: Buffer, marker = true) =>
  parseRtp(formatRtp({ payloadType: 97, marker, sequence, timestamp, ssrc: 1 }, payload));

function aac() {
  const units: AccessUnit[] = [];
  const receiver = new AacReceiver({
    payloadType: 97,
    clockRate: 16_000,
    config,
    now: () => 0,
    onUnit: (unit) => units.push(unit),
  });
  return { units, receiver };
}

describe('AudioSpecificConfig', () => {
  it('is read as it was written', () => {
    for (const rate of [96_000, 48_000, 44_100, 16_000, 8000]) {
      for (const channels of [1, 2, 6, 8]) {
        expect(parseAudioConfig(formatAudioConfig(rate, channels))).toEqual({
          objectType: 2,
          sampleRate: rate,
          channels,
          frameLength: 1024,
        });
      }
    }
    expect(parseAudioConfig(Buffer.from('1408', 'hex'))).toMatchObject({ sampleRate: 16_000, channels: 1 });
    // HE-AAC: a core of 24 kHz.
    expect(parseAudioConfig(Buffer.from('2b118800', 'hex'))).toMatchObject({ objectType: 5, sampleRate: 24_000 });
  });

  it('that is broken, or cannot be, is refused', () => {
    const malformed = expect.objectContaining({ code: 'AAC_MALFORMED' });
    expect(() => parseAudioConfig(Buffer.from([0x14]))).toThrow(malformed);
    expect(() => parseAudioConfig(Buffer.from([0, 0]))).toThrow(malformed);
    expect(() => formatAudioConfig(12_345, 1)).toThrow(malformed);
    expect(() => formatAudioConfig(48_000, 7)).toThrow(malformed);
  });
});

describe('AAC', () => {
  it('comes out as it went in, in one packet or many', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 3000 }), { maxLength: 8 }), (frames) => {
        const { units, receiver } = aac();
        let sequence = 65_533;
        for (const [i, frame] of frames.entries()) {
          const payloads = packetizeAac(Buffer.from(frame), 500);
          for (const [k, payload] of payloads.entries()) {
            receiver.push(rtp(sequence++, i * 1024, payload, k === payloads.length - 1), 5);
          }
        }
        expect(units.map((unit) => [unit.pts, ...unit.nals])).toEqual(
          frames.map((frame, i) => [i * 1024, Buffer.from(frame)]),
        );
        expect(receiver.counters.malformed).toBe(0);
      }),
      { seed: 40 },
    );
  });

  it('several frames in a packet follow each other by their length', () => {
    const { units, receiver } = aac();
    receiver.push(rtp(0, 5000, Buffer.from('0030 0010 0018 0008 aabb ccddee 11'.replaceAll(' ', ''), 'hex')), 5);
    expect(units.map((unit) => [unit.pts, unit.nals[0]?.toString('hex')])).toEqual([
      [5000, 'aabb'],
      [6024, 'ccddee'],
      [7048, '11'],
    ]);
    expect(units[0]).toMatchObject({ kind: 'audio', key: true, bytes: 2, arrival: 5 });
  });

  it('frames in pieces are given up when one is missing', () => {
    const { units, receiver } = aac();
    const payloads = packetizeAac(Buffer.alloc(1200, 1), 500);
    for (const [i, payload] of payloads.entries()) if (i !== 1) receiver.push(rtp(i, 0, payload, i === 2), 5);
    receiver.push(rtp(3, 1024, packetizeAac(Buffer.from([7]))[0] ?? Buffer.alloc(0)), 5);
    expect(units.map((unit) => unit.bytes)).toEqual([1]);
    receiver.flush();
  });
});

describe('G.711', () => {
  it('comes out as it went in', () => {
    const units: AccessUnit[] = [];
    const receiver = new G711Receiver({ payloadType: null, now: () => 0, onUnit: (unit) => units.push(unit) });
    const samples = Buffer.from(Array.from({ length: 500 }, (_, i) => i & 0xff));
    for (const [i, payload] of packetizeG711(samples, 160).entries()) receiver.push(rtp(i, i * 160, payload), 5);
    expect(Buffer.concat(units.flatMap((unit) => unit.nals)).equals(samples)).toBe(true);
    expect(units.map((unit) => unit.pts)).toEqual([0, 160, 320, 480]);
    receiver.push(rtp(4, 640, Buffer.alloc(0)), 5);
    receiver.flush();
    expect(units).toHaveLength(4);
    expect(receiver.timeOf(700)).toBe(700);
  });
});

describe('createReceiver', () => {
  it('makes what the SDP asks for', () => {
    const sdp = parseSdp(
      [
        'm=video 0 RTP/AVP 96',
        'a=rtpmap:96 H264/90000',
        'm=audio 0 RTP/AVP 0',
        'm=audio 0 RTP/AVP 97',
        'a=rtpmap:97 MPEG4-GENERIC/16000/1',
        'a=fmtp:97 config=1408',
        'm=video 0 RTP/AVP 98',
        'a=rtpmap:98 H265/90000',
      ].join('\n'),
    );
    const tracks: Track[] = [];
    const receivers = sdpTracks(sdp).map((track, i) =>
      createReceiver(track, { track: i, onUnit: () => {}, onTrack: (one) => tracks.push(one) }),
    );
    expect(receivers.map((receiver) => receiver?.constructor.name ?? null)).toEqual([
      'H264Receiver',
      'G711Receiver',
      'AacReceiver',
      null,
    ]);
    expect(tracks.map((track) => track.codec)).toEqual(['pcmu', 'aac']);
    expect(receivers.map((receiver) => receiver?.timeOf(0) ?? null)).toEqual([null, null, null, null]);
  });
});
