import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRtcp, type RtcpPacket } from './rtcp.ts';
import { formatRtcp } from './rtcp-format.ts';
import { parseRtcp } from './rtcp-parse.ts';

const u8 = fc.nat(255);
const u32 = fc.nat(0xffff_ffff);
const report = fc.record({
  ssrc: u32,
  fractionLost: u8,
  cumulativeLost: fc.integer({ min: -0x80_0000, max: 0x7f_ffff }),
  highestSequence: u32,
  jitter: u32,
  lastSenderReport: u32,
  delaySinceLastSenderReport: u32,
});
const reports = fc.array(report, { maxLength: 31 });
const item = fc.record({ type: fc.integer({ min: 1, max: 8 }), text: fc.string({ maxLength: 60 }) });
const kind = <const T extends string>(name: T) => fc.constant(name);
const packet: fc.Arbitrary<RtcpPacket> = fc.oneof(
  fc.record({
    kind: kind('sr'),
    ssrc: u32,
    ntp: fc.record({ seconds: u32, fraction: u32 }),
    rtpTimestamp: u32,
    packetCount: u32,
    octetCount: u32,
    reports,
  }),
  fc.record({ kind: kind('rr'), ssrc: u32, reports }),
  fc.record({
    kind: kind('sdes'),
    chunks: fc.array(fc.record({ ssrc: u32, items: fc.array(item, { maxLength: 4 }) }), { maxLength: 5 }),
  }),
  fc.record({
    kind: kind('bye'),
    ssrcs: fc.array(u32, { maxLength: 31 }),
    reason: fc.option(fc.string({ minLength: 1, maxLength: 60 })),
  }),
  fc.record({
    kind: kind('nack'),
    sender: u32,
    media: u32,
    sequences: fc
      .tuple(fc.nat(0xffff), fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 60 }))
      .map(([first, steps]) => {
        let last = first;
        return [first, ...steps.map((step) => (last = (last + step) & 0xffff))];
      }),
  }),
  fc.record({ kind: kind('pli'), sender: u32, media: u32 }),
  fc.record({
    kind: kind('fir'),
    sender: u32,
    media: u32,
    entries: fc.array(fc.record({ ssrc: u32, sequence: u8 }), { minLength: 1, maxLength: 5 }),
  }),
  fc.record({
    kind: kind('other'),
    packetType: fc.constantFrom(204, 207),
    format: fc.nat(31),
    body: fc.uint8Array({ maxLength: 10 }).map((bytes) => Buffer.alloc(bytes.length * 4, Buffer.from([...bytes, 1]))),
  }),
);

describe('RTCP', () => {
  it('is read as it was written, any packets in one compound', () => {
    fc.assert(
      fc.property(fc.array(packet, { minLength: 1, maxLength: 6 }), (packets) => {
        const bytes = formatRtcp(packets);
        expect(isRtcp(bytes)).toBe(true);
        expect(parseRtcp(bytes)).toEqual(packets);
      }),
      { seed: 30, numRuns: 300 },
    );
  });

  it('expands masks of a NACK', () => {
    const bytes = Buffer.from('81cd0003000000010000000200058001', 'hex');
    expect(parseRtcp(bytes)).toEqual([{ kind: 'nack', sender: 1, media: 2, sequences: [5, 6, 21] }]);
  });

  it('gives what stands before a packet that is cut off', () => {
    const whole = formatRtcp([
      { kind: 'rr', ssrc: 1, reports: [] },
      { kind: 'pli', sender: 1, media: 2 },
    ]);
    expect(parseRtcp(whole.subarray(0, whole.length - 1)).map((one) => one.kind)).toEqual(['rr']);
    expect(() => parseRtcp(whole.subarray(0, 7))).toThrow(expect.objectContaining({ code: 'RTCP_MALFORMED' }));
    expect(() => parseRtcp(Buffer.alloc(8))).toThrow(expect.objectContaining({ code: 'RTCP_MALFORMED' }));
  });

  it('refuses to write what does not fit', () => {
    const malformed = expect.objectContaining({ code: 'RTCP_MALFORMED' });
    expect(() => formatRtcp([{ kind: 'bye', ssrcs: new Array(32).fill(1), reason: null }])).toThrow(malformed);
    expect(() => formatRtcp([{ kind: 'bye', ssrcs: [1], reason: 'x'.repeat(256) }])).toThrow(malformed);
  });
});
