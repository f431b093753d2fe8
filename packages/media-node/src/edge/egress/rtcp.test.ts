import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseFeedback, receiveTimeReport, senderReport } from './rtcp.ts';

test('a compound packet of a browser is read', () => {
  const report = Buffer.from('81c90007000000010000cafe40000003000100000000002a0000000000000000', 'hex');
  const nack = Buffer.from('81cd0003000000010000cafe00640005', 'hex');
  const pli = Buffer.from('81ce0002000000010000cafe', 'hex');
  const reference = Buffer.from('80cf0004000000070400000211223344556677880', 'hex');
  expect(parseFeedback(Buffer.concat([report, nack, pli, reference]), 0xcafe)).toEqual({
    report: { fractionLost: 0.25, jitter: 42 },
    missing: [100, 101, 103],
    keyRequested: true,
    referenceTime: { ssrc: 7, middle: 0x33445566 },
  });
  expect(parseFeedback(Buffer.concat([report, nack, pli]), 1)).toMatchObject({
    report: null,
    missing: [],
    keyRequested: false,
  });
});

test('a sender report carries NTP and RTP time', () => {
  const report = senderReport({ ssrc: 5, wallClock: 1500, timestamp: 2 ** 32 + 9, packets: 3, bytes: 4 });
  expect(report.toString('hex')).toBe('80c800060000000583aa7e8180000000000000090000000300000004');
  expect(receiveTimeReport({ ssrc: 1, receiver: 2, lastReport: 3 }).length).toBe(24);
});

test('no packet makes it throw or loop', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, plausible) => {
      const packet = Buffer.from(bytes);
      if (plausible && packet.length > 4) {
        packet[0] = 0x81;
        packet[1] = 200 + ((packet[1] ?? 0) % 8);
        packet.writeUInt16BE(packet.length % 5, 2);
      }
      const { missing } = parseFeedback(packet, 0);
      expect(missing.length).toBeLessThan(1100);
    }),
    { numRuns: 3000, seed: 7 },
  );
});
