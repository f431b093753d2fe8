import { formatRtcp, formatRtp, parseRtcp, type RtcpPacket, type RtpPacket } from '@marsad/media';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TrackReception } from './track-reception.ts';

const SSRC = 7;
const OURS = 42;
let sent: RtcpPacket[];
let got: number[];
let goodbyes: number;
let reception: TrackReception;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
  sent = [];
  got = [];
  goodbyes = 0;
  reception = newReception(true);
});
afterEach(() => {
  reception.close();
  vi.useRealTimers();
});

function newReception(retransmission: boolean): TrackReception {
  return new TrackReception({
    track: {
      ssrc: OURS,
      send: (packet) => {
        sent.push(...parseRtcp(packet));
        return true;
      },
    },
    payloadType: 96,
    clockRate: 90_000,
    receiver: {
      counters: { packets: 0, bytes: 0, lost: 0, discarded: 0 } as never,
      push: (packet: RtpPacket) => got.push(packet.sequence),
      flush: () => {},
      timeOf: () => null,
    },
    retransmission,
    onPacket: () => {},
    onGoodbye: () => {
      goodbyes++;
    },
  });
}

const packet = (sequence: number, more: { ssrc?: number; payloadType?: number } = {}) =>
  formatRtp({ payloadType: 96, sequence, timestamp: 0, ssrc: SSRC, marker: false, ...more }, Buffer.from([0x41, 1]));
const take = (...sequences: number[]) => {
  for (const sequence of sequences) reception.take(packet(sequence));
};
const asked = () => sent.flatMap((each) => (each.kind === 'nack' ? [each.sequences] : []));

test('what is missing is asked for again at once, and put where it belongs', () => {
  take(65_534, 65_535, 2, 3);
  expect(asked()).toEqual([[0, 1]]);
  expect(sent.find(({ kind }) => kind === 'nack')).toMatchObject({ sender: OURS, media: SSRC });
  expect(got).toEqual([65_534, 65_535]);
  take(1, 0);
  expect(got).toEqual([65_534, 65_535, 0, 1, 2, 3]);
  vi.advanceTimersByTime(1000);
  expect(asked()).toHaveLength(1);
});

test('it is asked for a few times, and after 300 milliseconds it goes on without', () => {
  take(10, 12);
  vi.advanceTimersByTime(120);
  expect(asked()).toEqual([[11], [11], [11]]);
  expect(got).toEqual([10]);
  vi.advanceTimersByTime(250);
  expect(got).toEqual([10, 12]);
  expect(asked().length).toBeLessThanOrEqual(6);
  const many = asked().length;
  vi.advanceTimersByTime(5000);
  expect(asked()).toHaveLength(many);
});

test('a gap too large to be a loss is not asked for', () => {
  take(10, 1000);
  expect(asked()).toEqual([]);
  expect(reception.waiting).toBe(1);
});

test('sound is not asked for, and waited for less', () => {
  reception.close();
  reception = newReception(false);
  take(1, 3);
  expect(asked()).toEqual([]);
  vi.advanceTimersByTime(80);
  expect(got).toEqual([1, 3]);
  reception.second();
  expect(sent.map(({ kind }) => kind)).toEqual(['rr', 'sdes']);
});

test('once a second the sender hears how much came and how much it may send', () => {
  reception.second();
  expect(sent).toEqual([]);
  take(1, 2, 3, 5);
  sent.length = 0;
  reception.second();
  const [report, , estimate] = sent;
  expect(report).toMatchObject({ kind: 'rr', ssrc: OURS, reports: [{ ssrc: SSRC, cumulativeLost: 1 }] });
  if (estimate?.kind !== 'other') throw new Error('no estimate');
  expect(estimate.body.toString('latin1', 8, 12)).toBe('REMB');
  const word = estimate.body.readUInt32BE(12);
  const bitrate = (word & 0x3ffff) * 2 ** ((word >>> 18) & 0x3f);
  expect(bitrate).toBeGreaterThan(11_900_000);
  expect(bitrate).toBeLessThanOrEqual(12_000_000);
  expect(estimate.body.readUInt32BE(16)).toBe(SSRC);
});

test('a publisher that begins anew with another source is followed; other payload types are not', () => {
  take(100);
  reception.take(packet(101, { payloadType: 97 }));
  reception.take(packet(4000, { ssrc: 8 }));
  reception.take(packet(4001, { ssrc: 8 }));
  expect(got).toEqual([100, 4000, 4001]);
  reception.requestKey();
  expect(sent.at(-1)).toMatchObject({ kind: 'pli', sender: OURS, media: 8 });
});

test('goodbyes, ours and theirs', () => {
  reception.goodbye();
  reception.requestKey();
  expect(sent).toEqual([]);
  take(1);
  const bye = (ssrc: number) =>
    formatRtcp([
      { kind: 'rr', ssrc, reports: [] },
      { kind: 'bye', ssrcs: [ssrc], reason: null },
    ]);
  reception.take(bye(SSRC + 1));
  expect(goodbyes).toBe(0);
  reception.take(bye(SSRC));
  expect(goodbyes).toBe(1);
  reception.goodbye();
  expect(sent.at(-1)).toMatchObject({ kind: 'bye', ssrcs: [OURS] });
  reception.close();
  take(2);
  reception.goodbye();
  expect(got).toEqual([1]);
  expect(sent.filter(({ kind }) => kind === 'bye')).toHaveLength(1);
});

test('whatever order and number, what waits is bounded, and no timer stays', () => {
  for (let i = 0; i < 20_000; i++) reception.take(packet((i * 2) & 0xffff));
  expect(reception.waiting).toBeLessThanOrEqual(1024);
  for (let i = 0; i < 2000; i++) reception.take(packet((i * 7919) & 0xffff, { ssrc: i % 3 }));
  expect(reception.waiting).toBeLessThanOrEqual(1024);
  reception.close();
  expect(vi.getTimerCount()).toBe(0);
});
