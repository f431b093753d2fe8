import { describe, expect, it } from 'vitest';
import { H264Receiver } from '../../h264/receiver.ts';
import { makePps, makeSlice, makeSps, packetsOf } from '../../h264/test-stream.ts';
import { formatRtp, RtpPacket } from '../../rtp/packet.ts';
import { ReorderBuffer } from '../../rtp/reorder-buffer.ts';
import { RtspDemuxer } from '../../rtsp/demuxer.ts';
import { formatInterleaved } from '../../rtsp/interleaved.ts';
import { mutate, seededRandom } from './mutation.ts';
import { samplePictures } from './sample-pictures.ts';

describe('after nonsense', () => {
  it('the next whole messages of an RTSP stream are found', () => {
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

  it('a receiver gives the next whole pictures', () => {
    let units = 0;
    let now = 0;
    const receiver = new H264Receiver({
      payloadType: null,
      now: () => now,
      maxUnitBytes: 100_000,
      onTrack: () => {},
      onUnit: () => units++,
    });
    const packet = new RtpPacket();
    const random = seededRandom(108);
    const packets = packetsOf(samplePictures, { maxPayload: 300 });
    for (let i = 0; i < 10_000; i++) {
      now += 10;
      if (packet.read(mutate(packets, random))) receiver.push(packet, now);
    }
    // Two clean groups of pictures: the second comes out whole whatever came before.
    const before = units;
    let sequence = 1000;
    for (const start of [1_000_000, 2_000_000]) {
      for (const bytes of packetsOf(
        samplePictures.map(([time, nals]) => [start + time, nals]),
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

  it('pictures over UDP come out whole: shuffled, lost, doubled', () => {
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
});
