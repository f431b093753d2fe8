import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AccessUnit } from '../access-unit.ts';
import type { VideoTrack } from '../track.ts';
import { isSlice, nalType, typeOfNal } from './nal.ts';
import { H264Receiver, type H264ReceiverOptions } from './receiver.ts';
import { fixture, makePps, makeSlice, makeSps, packetsOf, readShared } from './test-stream.ts';

type Picture = [timestamp: number, nals: Buffer[]];

function receive(packets: readonly Buffer[], options: Partial<H264ReceiverOptions> = {}) {
  const units: AccessUnit[] = [];
  const tracks: VideoTrack[] = [];
  let now = 0;
  const receiver = new H264Receiver({
    payloadType: 96,
    onUnit: (unit) => units.push(unit),
    onTrack: (track) => tracks.push(track),
    now: () => now,
    ...options,
  });
  for (const bytes of packets) {
    now += 40;
    // A packet's bytes are overwritten once it has been pushed, as those of a socket's buffer are.
    const scratch = Buffer.from(bytes);
    receiver.push(readShared(scratch), 1000 + now);
    scratch.fill(0xee);
  }
  receiver.flush();
  return { units, tracks, receiver };
}

const sps = makeSps({ profile: 66, pocType: 0 });
const pps = makePps();

/** A stream of key picture and `count - 1` references, all whole, with one frame number each. */
function plain(count: number, from = 0, extra: Partial<Parameters<typeof makeSlice>[0]> = {}): Picture[] {
  return Array.from({ length: count }, (_, i): Picture => {
    const slice = makeSlice({ key: i === 0, frameNum: i, poc: i * 2, ...extra });
    return [(from + i) * 3600, i === 0 ? [sps, pps, slice] : [slice]];
  });
}

describe('real streams', () => {
  // What ffprobe says of the same files.
  const expected = {
    baseline: { width: 320, height: 240, frameRate: 25, reorders: false, profileLevelId: '42c00d', units: 40, keys: 2 },
    'main-b-multislice': {
      width: 326,
      height: 182,
      frameRate: 30,
      reorders: true,
      profileLevelId: '4d400d',
      units: 30,
      keys: 1,
    },
    'high-1080': {
      width: 1920,
      height: 1080,
      frameRate: 30_000 / 1001,
      reorders: false,
      profileLevelId: '640028',
      units: 6,
      keys: 2,
    },
  };
  for (const [name, { units: count, keys, ...track }] of Object.entries(expected)) {
    it(`${name}: pictures are found without a marker and without time`, () => {
      const nals = fixture(name);
      const { units, tracks, receiver } = receive(packetsOf([[5, nals]], { markers: false }));
      expect(receiver.pictures).toMatchObject({ units: count, keys, damaged: 0, unreferenced: 0, leading: 0 });
      expect(tracks).toHaveLength(1);
      expect(tracks[0]).toMatchObject(track);
      const kept = nals.filter((nal) => isSlice(typeOfNal(nal)) || typeOfNal(nal) === nalType.sei);
      expect(Buffer.concat(units.flatMap((unit) => unit.nals)).equals(Buffer.concat(kept))).toBe(true);
    });
  }

  it('main-b-multislice: decoding times rise and are not after presentation', () => {
    // Presentation order of I P B b b …, as ffprobe gives it, is rebuilt from the picture order counts of x264.
    const pictures: Buffer[][] = [];
    for (const nal of fixture('main-b-multislice')) {
      if (typeOfNal(nal) === nalType.accessUnitDelimiter) pictures.push([]);
      else pictures.at(-1)?.push(nal);
    }
    const order = [
      0, 4, 2, 1, 3, 8, 6, 5, 7, 12, 10, 9, 11, 16, 14, 13, 15, 20, 18, 17, 19, 24, 22, 21, 23, 28, 26, 25, 27, 29,
    ];
    const { units } = receive(packetsOf(pictures.map((nals, i) => [90_000 + (order[i] ?? 0) * 3000, nals])));
    expect(units).toHaveLength(30);
    for (const [i, unit] of units.entries()) {
      expect(unit.dts).toBeLessThanOrEqual(unit.pts);
      expect(unit.dts).toBeGreaterThan(units[i - 1]?.dts ?? Number.NEGATIVE_INFINITY);
    }
    expect(units.filter((unit) => unit.disposable).length).toBeGreaterThan(10);
  });
});

describe('whatever is packetised', () => {
  it('comes out as it went in, for any sizes, MTU, sequence start and time start', () => {
    const picture = fc.array(fc.integer({ min: 20, max: 6000 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        fc.array(picture, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 16, max: 1500 }),
        fc.integer({ min: 0, max: 65_535 }),
        fc.integer({ min: 0, max: 0xffff_ffff }),
        fc.boolean(),
        (shapes, maxPayload, sequence, start, markers) => {
          const pictures = shapes.map((slices, i): Picture => {
            const nals = slices.map((length, k) =>
              makeSlice({ key: i === 0, frameNum: i, poc: i * 2, firstMb: k * 40, length }),
            );
            return [(start + i * 3600) % 2 ** 32, i === 0 ? [sps, pps, ...nals] : nals];
          });
          const { units, receiver } = receive(packetsOf(pictures, { maxPayload, sequence, markers }));
          expect(units.map((unit) => unit.nals)).toEqual(
            pictures.map(([, nals]) => nals.filter((nal) => isSlice(typeOfNal(nal)))),
          );
          expect(units.map((unit) => unit.pts)).toEqual(pictures.map((_, i) => start + i * 3600));
          expect(receiver.counters).toMatchObject({ lost: 0, late: 0, malformed: 0, restarts: 0, jumps: 0 });
          expect(receiver.pictures).toMatchObject({ damaged: 0, unreferenced: 0, leading: 0 });
          expect(units[0]?.parameterSets).toEqual({ sps, pps: [pps] });
        },
      ),
      { seed: 6, numRuns: 150 },
    );
  });

  it('never shows a picture with a hole, whichever packets are lost', () => {
    const pictures = [...plain(6, 0, { length: 3000 }), ...plain(6, 6, { length: 3000 })];
    const packets = packetsOf(pictures, { maxPayload: 500 });
    const whole = new Set(pictures.flatMap(([, nals]) => nals.map((nal) => nal.toString('latin1'))));
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(packets.length - 1), { minLength: 1, maxLength: 8 }), (lost) => {
        const { units, receiver } = receive(packets.filter((_, i) => !lost.includes(i)));
        for (const unit of units) for (const nal of unit.nals) expect(whole.has(nal.toString('latin1'))).toBe(true);
        // Within a group of pictures nothing follows a hole.
        for (const [i, unit] of units.entries()) {
          const before = units[i - 1];
          if (!unit.key && before !== undefined) expect(unit.pts - before.pts).toBe(3600);
        }
        const { units: shown, damaged, unreferenced, leading } = receiver.pictures;
        expect(shown + damaged + unreferenced + leading).toBeLessThanOrEqual(12);
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});

describe('loss', () => {
  it('drops the damaged picture and what may refer to it, up to the next key picture', () => {
    const packets = packetsOf([...plain(5, 0, { length: 3000 }), ...plain(3, 5, { length: 3000 })]);
    // Three packets a picture; the key picture has its parameter sets in one before.
    const { units, receiver } = receive(packets.filter((_, i) => i !== 5));
    expect(units.map((unit) => unit.pts / 3600)).toEqual([0, 5, 6, 7]);
    expect(receiver.pictures).toMatchObject({ damaged: 1, unreferenced: 3, keys: 2 });
    expect(receiver.counters.lost).toBe(1);
  });

  it('keeps them when asked', () => {
    const packets = packetsOf(plain(5, 0, { length: 3000 }));
    const { units } = receive(
      packets.filter((_, i) => i !== 6),
      { keepDamaged: true },
    );
    expect(units.length).toBeGreaterThanOrEqual(4);
  });

  it('costs only itself when nothing refers to the picture', () => {
    const disposable: Picture = [3600, [makeSlice({ frameNum: 1, refIdc: 0, length: 3000 })]];
    const pictures: Picture[] = [...plain(1), disposable, ...plain(3, 1).slice(1)];
    const packets = packetsOf(pictures);
    const { units, receiver } = receive(packets.filter((_, i) => i !== 3));
    expect(receiver.pictures).toMatchObject({ damaged: 1, unreferenced: 0 });
    expect(units.map((unit) => unit.pts / 3600)).toEqual([0, 2, 3]);
  });

  it('of a whole picture that nothing refers to is survived by the frame numbers', () => {
    const disposable: Picture = [3600, [makeSlice({ frameNum: 1, refIdc: 0 })]];
    const another: Picture = [4 * 3600, [makeSlice({ frameNum: 3, refIdc: 0 })]];
    const packets = packetsOf([...plain(1), disposable, ...plain(3, 1).slice(1), another, ...plain(4, 2).slice(3)]);
    const { units } = receive(packets.filter((_, i) => i !== 4));
    expect(units.map((unit) => unit.pts / 3600)).toEqual([0, 1, 2, 3, 5]);
  });

  it('of a whole reference is noticed by them', () => {
    const packets = packetsOf(plain(5));
    const { units, receiver } = receive(packets.filter((_, i) => i !== 2));
    expect(units.map((unit) => unit.pts / 3600)).toEqual([0, 1]);
    expect(receiver.pictures.unreferenced).toBe(2);
  });

  it('before a key picture costs nothing', () => {
    const packets = packetsOf([...plain(3), ...plain(3, 3)]);
    // The last picture before the second key is lost whole.
    const { units, receiver } = receive(packets.filter((_, i) => i !== 2));
    expect(units.map((unit) => unit.pts / 3600)).toEqual([0, 1, 3, 4, 5]);
    expect(receiver.pictures.damaged).toBe(0);
  });

  it('is not what joining in the middle is', () => {
    const packets = packetsOf([...plain(3, 0, { length: 3000 }), ...plain(2, 3)]);
    const { receiver } = receive(packets.slice(2));
    expect(receiver.pictures).toMatchObject({ leading: 3, damaged: 0, unreferenced: 0, units: 2 });
  });
});

describe('cameras', () => {
  it('with parameter sets only in the SDP', () => {
    const pictures = plain(2).map(([time, nals]): Picture => [time, nals.filter((nal) => isSlice(typeOfNal(nal)))]);
    const { units, tracks } = receive(packetsOf(pictures), { parameterSets: [sps, pps] });
    expect(units).toHaveLength(2);
    expect(tracks[0]?.parameterSets).toEqual({ sps, pps: [pps] });
    expect(receive(packetsOf(pictures)).receiver.pictures).toMatchObject({ units: 0, withoutParameterSets: 1 });
  });

  it('with stale ones there: those in band win', () => {
    const { tracks } = receive(packetsOf(plain(2)), { parameterSets: [makeSps({ widthMbs: 10 }), pps] });
    expect(tracks.map((track) => track.width)).toEqual([640]);
  });

  it('that change resolution', () => {
    const other = makeSps({ profile: 66, widthMbs: 80, heightMbs: 45 });
    const changed = plain(2, 2).map(([time, nals]): Picture => [time, nals.map((nal) => (nal === sps ? other : nal))]);
    const { tracks, units } = receive(packetsOf([...plain(2), ...changed]));
    expect(tracks.map((track) => [track.width, track.height])).toEqual([
      [640, 352],
      [1280, 720],
    ]);
    expect(units[2]?.parameterSets?.sps).toEqual(other);
  });

  it('that set the marker on every slice: believed once, then no more', () => {
    const pictures = [...plain(2), ...plain(4, 2)].map(([time, nals]): Picture => {
      const first = nals.at(-1) ?? Buffer.alloc(0);
      const second = makeSlice({ key: nals.length > 1, frameNum: 0, poc: 0, firstMb: 40 });
      return [time, nals.length > 1 ? [...nals, second] : [first]];
    });
    const packets = pictures.flatMap((picture, i) =>
      picture[1].flatMap((nal, k) => packetsOf([[picture[0], [nal]]], { sequence: i * 4 + k })),
    );
    let sequence = 0;
    for (const packet of packets) packet.writeUInt16BE(sequence++, 2);
    const { units, receiver } = receive(packets);
    expect(receiver.pictures.damaged).toBe(1);
    const key = units.find((unit) => unit.pts === 2 * 3600);
    expect(key?.nals).toHaveLength(2);
    expect(units.filter((unit) => unit.pts >= 7200)).toHaveLength(4);
  });

  it('that say their parameter sets again before every slice of a key picture', () => {
    const slices = (key: boolean, frameNum: number) =>
      [0, 40].map((firstMb) => makeSlice({ key, frameNum, poc: frameNum * 2, firstMb }));
    const pictures = Array.from({ length: 4 }, (_, i): Picture => {
      const [first, second] = slices(i % 2 === 0, i % 2) as [Buffer, Buffer];
      return [i * 3600, i % 2 === 0 ? [sps, pps, first, sps, pps, second] : [first, second]];
    });
    const { units, receiver } = receive(packetsOf(pictures));
    expect(receiver.pictures.damaged).toBe(0);
    expect(units.map((unit) => unit.nals.map(typeOfNal))).toEqual([
      [5, 5],
      [1, 1],
      [5, 5],
      [1, 1],
    ]);
  });

  it('with delimiters, filler, SEI and SVC layers in between', () => {
    const sei = Buffer.from([6, 1, 2, 3, 0x80]);
    const noise = [
      Buffer.from([9, 0xf0]),
      Buffer.from([12, 0xff, 0x80]),
      Buffer.from([14, 1, 1]),
      Buffer.from([20, 1, 1]),
    ];
    const pictures = plain(3).map(
      ([time, nals]): Picture => [time, [...noise, ...nals.slice(0, -1), sei, ...nals.slice(-1)]],
    );
    const { units } = receive(packetsOf(pictures, { markers: false }));
    expect(units.map((unit) => unit.nals.map(typeOfNal))).toEqual([
      [6, 5],
      [6, 1],
      [6, 1],
    ]);
  });

  it('that switch between parameter sets known beforehand', () => {
    const sets = [sps, pps, makeSps({ profile: 66, id: 1, widthMbs: 20 }), makePps(1, 1)];
    const pictures = [0, 1].flatMap((id) =>
      plain(2, id * 2, { pps: id }).map(([time, nals]): Picture => [time, nals.slice(-1)]),
    );
    const { tracks, units } = receive(packetsOf(pictures), { parameterSets: sets });
    expect(tracks.map((track) => track.width)).toEqual([640, 320]);
    expect(units).toHaveLength(4);
  });

  it('that put SEI behind the slices', () => {
    const sei = Buffer.from([6, 1, 2, 3, 0x80]);
    const { units } = receive(packetsOf(plain(2).map(([time, nals]): Picture => [time, [...nals, sei]])));
    expect(units.map((unit) => [unit.nals.map(typeOfNal), unit.bytes])).toEqual([
      [[5, 6], 65],
      [[1, 6], 65],
    ]);
  });

  it('that stop reordering: both times become one again', () => {
    const b = [makeSps({ reorder: 1 }), makeSps({ reorder: 0 })].flatMap((set, group) =>
      plain(6, group * 6).map(([time, nals]): Picture => [time, nals.map((nal) => (nal === sps ? set : nal))]),
    );
    const { units, tracks } = receive(packetsOf(b));
    expect(tracks.map((track) => track.reorders)).toEqual([true, false]);
    expect(units.map((unit) => (unit.pts - unit.dts) / 3600)).toEqual([1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0]);
  });

  it('that send start codes inside packets', () => {
    const [time, nals] = plain(1)[0] ?? [0, []];
    const glued = Buffer.concat(nals.flatMap((nal) => [Buffer.from([0, 0, 0, 1]), nal]));
    const header = packetsOf([[time, [sps]]])[0]?.subarray(0, 12) ?? Buffer.alloc(12);
    for (const payload of [glued, glued.subarray(4)]) {
      const { units, receiver } = receive([Buffer.concat([header, payload])]);
      expect(units.map((unit) => unit.nals.map(typeOfNal))).toEqual([[5]]);
      expect(receiver.counters.malformed).toBe(0);
    }
  });

  it('that forget the end bit of a fragmented unit', () => {
    const packets = packetsOf(plain(3, 0, { length: 3000 }));
    for (const packet of packets) if ((packet[12] ?? 0) % 32 === 28) packet[13] = (packet[13] ?? 0) & ~0x40;
    const { units } = receive(packets);
    // The last one cannot be told from one that is cut off.
    expect(units.map((unit) => unit.bytes)).toEqual([3000, 3000]);
  });

  it('that reorder without saying so: the track changes, times still rise', () => {
    const main = makeSps({ profile: 77 });
    const pictures: Picture[] = [[0, [main, pps, makeSlice({ key: true, frameNum: 0 })]]];
    for (let group = 0; group < 5; group++) {
      const at = group * 3;
      pictures.push([(at + 3) * 3600, [makeSlice({ frameNum: group + 1, poc: (at + 3) * 2 })]]);
      for (const i of [1, 2]) {
        const b = makeSlice({ frameNum: group + 2, refIdc: 0, type: 1, poc: (at + i) * 2 });
        pictures.push([(at + i) * 3600, [b]]);
      }
    }
    const { units, tracks } = receive(packetsOf(pictures));
    expect(tracks.map((track) => track.reorders)).toEqual([false, true]);
    expect(units).toHaveLength(16);
    expect(units.filter((unit) => unit.disposable)).toHaveLength(10);
    for (const [i, unit] of units.slice(1).entries()) expect(unit.dts).toBeGreaterThan(units[i]?.dts ?? 0);
    for (const unit of units.slice(8)) expect(unit.dts).toBeLessThanOrEqual(unit.pts);
  });
});

describe('clocks and sources', () => {
  const step = 3600;
  it('survive a step of the camera clock in either direction', () => {
    for (const jump of [-90_000 * 3600, 90_000 * 3600, -40_000]) {
      const pictures = plain(6).map(
        ([time, nals], i): Picture => [(time + 2 ** 31 + (i > 2 ? jump : 0)) % 2 ** 32, nals],
      );
      const { units, receiver } = receive(packetsOf(pictures));
      expect(units).toHaveLength(6);
      for (const [i, unit] of units.slice(1).entries()) {
        const passed = unit.pts - (units[i]?.pts ?? 0);
        expect(passed).toBeGreaterThan(0);
        expect(passed).toBeLessThan(step * 3);
      }
      expect(receiver.counters.jumps).toBe(1);
    }
  });

  it('survive other sequence numbers, and another SSRC', () => {
    const first = packetsOf(plain(3), { sequence: 100 });
    const again = packetsOf(plain(3, 3), { sequence: 30_000 });
    const other = packetsOf(plain(3, 1_000_000), { sequence: 7, ssrc: 2 });
    const { units, receiver } = receive([...first, ...again, ...other]);
    expect(units).toHaveLength(9);
    expect(receiver.counters).toMatchObject({ restarts: 2, jumps: 1, lost: 0 });
    for (const [i, unit] of units.slice(1).entries()) expect(unit.pts).toBeGreaterThan(units[i]?.pts ?? 0);
  });

  it('take private packets of the same source for no loss', () => {
    const packets = packetsOf(plain(4, 0, { length: 3000 }));
    const vendor = packetsOf([[7200, [Buffer.alloc(20, 1)]]], { payloadType: 112 })[0] ?? Buffer.alloc(12);
    const mixed = [...packets.slice(0, 5), vendor, ...packets.slice(5)];
    for (const [i, packet] of mixed.entries()) packet.writeUInt16BE(i, 2);
    const { receiver } = receive(mixed);
    expect(receiver.counters).toMatchObject({ foreign: 1, lost: 0 });
    expect(receiver.pictures).toMatchObject({ units: 4, damaged: 0 });
  });

  it('drop duplicates, late packets and other payload types', () => {
    const packets = packetsOf(plain(4));
    const late = packets[1] ?? Buffer.alloc(12);
    const foreign = packetsOf(plain(1), { payloadType: 97, sequence: 9999 });
    const { units, receiver } = receive([...packets.slice(0, 3), late, ...foreign, ...packets.slice(3)]);
    expect(units).toHaveLength(4);
    expect(receiver.counters).toMatchObject({ late: 1, foreign: foreign.length, lost: 0 });
  });

  it('give two pictures of one timestamp times that rise', () => {
    const pictures = plain(4).map(([, nals], i): Picture => [Math.floor(i / 2) * step, nals]);
    expect(receive(packetsOf(pictures)).units.map((unit) => unit.pts)).toEqual([0, 1, 3600, 3601]);
  });
});
