import { expect, test } from 'vitest';
import type { AccessUnit } from '../access-unit.ts';
import { formatRtp, parseRtp } from '../rtp/packet.ts';
import { OpusReceiver } from './receiver.ts';

function packet(sequence: number, timestamp: number, payload: Buffer, payloadType = 111) {
  return parseRtp(formatRtp({ payloadType, marker: false, sequence, timestamp, ssrc: 7 }, payload));
}

test('each packet is one unit at the time its sender gave it; padding, strangers and repeats are not sound', () => {
  const units: AccessUnit[] = [];
  const receiver = new OpusReceiver({ payloadType: 111, track: 1, now: () => 0, onUnit: (unit) => units.push(unit) });
  receiver.push(packet(65_535, 960, Buffer.from([0xf8, 1])), 10);
  receiver.push(packet(0, 1920, Buffer.alloc(0)), 11);
  receiver.push(packet(1, 2880, Buffer.from([0xf8, 2])), 12);
  receiver.push(packet(1, 2880, Buffer.from([0xf8, 2])), 12);
  receiver.push(packet(2, 3840, Buffer.from([0]), 0), 13);
  receiver.push(packet(3, 4800, Buffer.from([0xf8, 3])), 14);
  expect(units.map(({ pts, arrival, track, nals }) => [pts, arrival, track, nals[0]?.[1]])).toEqual([
    [960, 10, 1, 1],
    [2880, 12, 1, 2],
    [4800, 14, 1, 3],
  ]);
  expect(receiver.counters).toMatchObject({ packets: 4, late: 1, lost: 0, foreign: 1 });
});
