import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compactNtp, ntpFromUnix, unixFromNtp } from './ntp.ts';
import { formatRtp, parseRtp, RtpPacket } from './packet.ts';
import { ReceptionStatistics } from './reception.ts';
import { ReorderBuffer } from './reorder-buffer.ts';
import { SenderClock } from './sender-clock.ts';
import { lateSequence, restartedSequence, SequenceTracker } from './sequence.ts';
import { RtpTimeline } from './timeline.ts';

describe('RTP packets', () => {
  it('are read as they were written', () => {
    const header = fc.record({
      payloadType: fc.nat(127),
      marker: fc.boolean(),
      sequence: fc.nat(0xffff),
      timestamp: fc.nat(0xffff_ffff),
      ssrc: fc.nat(0xffff_ffff),
    });
    fc.assert(
      fc.property(header, fc.uint8Array({ maxLength: 100 }), (fields, payload) => {
        const packet = parseRtp(formatRtp(fields, Buffer.from(payload)));
        expect(packet).toMatchObject(fields);
        expect(packet.payload.equals(payload)).toBe(true);
      }),
      { seed: 20 },
    );
  });

  it('with sources, extension and padding', () => {
    const bytes = Buffer.from('b260000100000002000000030000000a0000000bbede0001aabbccdd01020304000003', 'hex');
    const packet = parseRtp(bytes);
    expect(packet.csrc).toEqual([10, 11]);
    expect(packet.extensionProfile).toBe(0xbede);
    expect(bytes.toString('hex', packet.extensionStart, packet.extensionEnd)).toBe('aabbccdd');
    expect(packet.payload.toString('hex')).toBe('01020304');
  });

  it('are read where they lie among other bytes, and no further', () => {
    const bytes = Buffer.from('b260000100000002000000030000000a0000000bbede0001aabbccdd01020304000003', 'hex');
    const among = Buffer.concat([Buffer.alloc(5, 0xff), bytes, Buffer.alloc(7, 0xff)]);
    const packet = new RtpPacket();
    expect(packet.read(among, 5, 5 + bytes.length)).toBe(true);
    expect(packet).toMatchObject({ payloadType: 96, marker: false, sequence: 1, timestamp: 2, ssrc: 3 });
    expect(packet.csrc).toEqual([10, 11]);
    expect(among.toString('hex', packet.extensionStart, packet.extensionEnd)).toBe('aabbccdd');
    expect(packet.payload.toString('hex')).toBe('01020304');
    for (let end = 5; end < 33; end++) expect(packet.read(among, 5, end)).toBe(false);
  });

  it('cut anywhere in the header, or with impossible padding, are refused', () => {
    const whole = Buffer.from('b260000100000002000000030000000a0000000bbede0001aabbccdd01020304000003', 'hex');
    const malformed = expect.objectContaining({ code: 'RTP_MALFORMED' });
    for (let length = 0; length < 28; length++) expect(() => parseRtp(whole.subarray(0, length))).toThrow(malformed);
    for (const padding of [0, 8, 255]) {
      const bytes = Buffer.from(whole);
      bytes[bytes.length - 1] = padding;
      expect(() => parseRtp(bytes)).toThrow(malformed);
    }
    expect(() => parseRtp(Buffer.alloc(40))).toThrow(malformed);
  });

  it('take timestamps beyond 32 bits and below zero', () => {
    const written = (timestamp: number) =>
      parseRtp(formatRtp({ payloadType: 0, marker: false, sequence: 70_000, timestamp, ssrc: 0 }, Buffer.alloc(1)));
    expect(written(2 ** 32 + 5)).toMatchObject({ timestamp: 5, sequence: 70_000 - 65_536 });
    expect(written(-1).timestamp).toBe(2 ** 32 - 1);
  });
});

describe('SequenceTracker', () => {
  it('counts loss through wrap-around', () => {
    fc.assert(
      fc.property(fc.nat(0xffff), fc.array(fc.integer({ min: 1, max: 2000 })), (start, steps) => {
        const tracker = new SequenceTracker();
        let sequence = start;
        expect(tracker.update(sequence)).toBe(0);
        for (const step of steps) {
          sequence = (sequence + step) & 0xffff;
          expect(tracker.update(sequence)).toBe(step - 1);
        }
        expect(tracker.lost).toBe(steps.reduce((sum, step) => sum + step - 1, 0));
      }),
      { seed: 21 },
    );
  });

  it('tells late packets from a source that began anew', () => {
    const tracker = new SequenceTracker();
    expect([5, 6, 6, 4].map((sequence) => tracker.update(sequence))).toEqual([0, 0, lateSequence, lateSequence]);
    expect([40_000, 40_001].map((sequence) => tracker.update(sequence))).toEqual([restartedSequence, 0]);
    expect(tracker).toMatchObject({ lost: 0, late: 2, restarts: 1 });
  });
});

describe('RtpTimeline', () => {
  it('unwraps through many wraps, with reordering', () => {
    fc.assert(
      fc.property(fc.nat(0xffff_ffff), fc.array(fc.integer({ min: -80_000, max: 800_000 })), (start, steps) => {
        const timeline = new RtpTimeline({ clockRate: 90_000, now: () => 0 });
        let time = start;
        expect(timeline.next(start)).toBe(start);
        for (const step of steps) {
          time += step;
          expect(timeline.next(((time % 2 ** 32) + 2 ** 32) % 2 ** 32)).toBe(time);
        }
        expect(timeline.jumps).toBe(0);
        expect(timeline.peek((time + 90 + 2 ** 32) % 2 ** 32)).toBe(time + 90);
      }),
      { seed: 22 },
    );
  });

  it('bridges a jump by what has passed, and takes a stall for what it is', () => {
    let now = 0;
    const timeline = new RtpTimeline({ clockRate: 90_000, now: () => now });
    expect(timeline.peek(1)).toBeNull();
    timeline.next(1000);
    now = 40;
    expect(timeline.next(3_000_000_000)).toBe(4600);
    now = 80;
    expect(timeline.next(3_000_003_600)).toBe(8200);
    now = 60_080;
    expect(timeline.next(3_000_003_600 + 5_400_000)).toBe(8200 + 5_400_000);
    expect(timeline.next(3_000_003_600 + 5_403_600)).toBe(8200 + 5_403_600);
    expect(timeline.jumps).toBe(1);
  });
});

describe('ReorderBuffer', () => {
  const packet = (sequence: number) =>
    formatRtp({ payloadType: 96, marker: false, sequence, timestamp: 0, ssrc: 1 }, Buffer.alloc(4));
  const collect = (options: { maxPackets?: number; now?: () => number } = {}) => {
    const out: number[] = [];
    const buffer = new ReorderBuffer({
      now: () => 0,
      ...options,
      onPacket: (bytes) => out.push(bytes.readUInt16BE(2)),
    });
    return { out, buffer };
  };

  it('restores any order within its size, through wrap-around, without duplicates', () => {
    fc.assert(
      fc.property(fc.nat(0xffff), fc.array(fc.nat(8), { minLength: 1, maxLength: 300 }), (start, delays) => {
        const { out, buffer } = collect();
        const sent = delays.map((_, i) => i).sort((a, b) => a + (delays[a] ?? 0) - (b + (delays[b] ?? 0)) || a - b);
        // The first packet to arrive is where it begins.
        const first = sent[0] ?? 0;
        for (const i of sent) {
          buffer.push(packet((start + i) & 0xffff));
          buffer.push(packet((start + i) & 0xffff));
        }
        buffer.flush();
        const expected = delays.map((_, i) => i).filter((i) => i >= first);
        expect(out).toEqual(expected.map((i) => (start + i) & 0xffff));
      }),
      { seed: 23 },
    );
  });

  it('gives a packet up after its time', () => {
    let now = 0;
    const { out, buffer } = collect({ now: () => now });
    for (const sequence of [1, 3, 4]) buffer.push(packet(sequence));
    expect(out).toEqual([1]);
    expect(buffer.deadline).toBe(100);
    now = 99;
    buffer.expire();
    expect(buffer.size).toBe(2);
    now = 100;
    buffer.expire();
    expect(out).toEqual([1, 3, 4]);
    expect(buffer.deadline).toBeNull();
    buffer.push(packet(2));
    expect(buffer.late).toBe(1);
  });

  it('never holds more than it may, and follows a source that began anew', () => {
    const { out, buffer } = collect({ maxPackets: 8 });
    for (let i = 0; i < 400; i += 2) {
      buffer.push(packet(i));
      expect(buffer.size).toBeLessThan(8);
    }
    for (let i = 30_000; i < 30_010; i++) buffer.push(packet(i));
    expect(out.slice(-10)).toEqual(Array.from({ length: 10 }, (_, i) => 30_000 + i));
    for (let i = 0; i < 50; i++) buffer.push(packet(i));
    expect(out.at(-1)).toBe(49);
    buffer.push(Buffer.alloc(3));
  });
});

describe('ReceptionStatistics', () => {
  it('counts as RFC 3550 A.3 and A.8 say', () => {
    const statistics = new ReceptionStatistics({ ssrc: 7, clockRate: 90_000 });
    expect(statistics.report(0)).toBeNull();
    for (let i = 0; i < 100; i++) if (i % 10 !== 3) statistics.packet((65_500 + i) & 0xffff, i * 3600, i * 40);
    statistics.senderReport(
      {
        kind: 'sr',
        ssrc: 7,
        ntp: { seconds: 0x12345678, fraction: 0x9abc0000 },
        rtpTimestamp: 0,
        packetCount: 0,
        octetCount: 0,
        reports: [],
      },
      4000,
    );
    expect(statistics.report(4500)).toEqual({
      ssrc: 7,
      fractionLost: 25,
      cumulativeLost: 10,
      highestSequence: 65_536 + 63,
      jitter: 0,
      lastSenderReport: 0x56789abc,
      delaySinceLastSenderReport: 32_768,
    });
    for (let i = 100; i < 200; i++) statistics.packet((65_500 + i) & 0xffff, i * 3600, i * 40 + (i % 2) * 10);
    const second = statistics.report(9000);
    expect(second?.fractionLost).toBe(0);
    expect(second?.cumulativeLost).toBe(10);
    // 10 ms either way are 900 ticks.
    expect(second?.jitter).toBeGreaterThan(850);
    expect(second?.jitter).toBeLessThan(901);
    expect(statistics.lost).toBe(10);
  });

  it('is not upset by a jump of the timestamps', () => {
    const statistics = new ReceptionStatistics({ ssrc: 7, clockRate: 90_000 });
    for (let i = 0; i < 50; i++) statistics.packet(i, i < 25 ? i * 3600 : 4_000_000_000 + i * 3600, i * 40);
    expect(statistics.jitter).toBeLessThan(1);
  });
});

describe('clocks', () => {
  it('convert between NTP and Unix, also past 2036', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000_000 }), (milliseconds) => {
        expect(unixFromNtp(ntpFromUnix(milliseconds))).toBeCloseTo(milliseconds, 2);
      }),
      { seed: 24 },
    );
    expect(ntpFromUnix(0)).toEqual({ seconds: 2_208_988_800, fraction: 0 });
    expect(compactNtp({ seconds: 0x11112222, fraction: 0x33334444 })).toBe(0x22223333);
  });

  it('map timestamps to the time of the camera', () => {
    const clock = new SenderClock({ clockRate: 90_000 });
    expect(clock.wallTime(0)).toBeNull();
    clock.report({ ntp: { seconds: 0, fraction: 0 }, rtpTimestamp: 5 });
    expect(clock.wallTime(0)).toBeNull();
    clock.report({ ntp: ntpFromUnix(1_700_000_000_000), rtpTimestamp: 2 ** 32 - 90 });
    expect(clock.wallTime(0)).toBeCloseTo(1_700_000_000_001, 2);
    expect(clock.wallTime(2 ** 32 - 9090)).toBeCloseTo(1_699_999_999_900, 2);
    clock.reset();
    expect(clock.wallTime(0)).toBeNull();
  });
});
