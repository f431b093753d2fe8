import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BitReader } from '../bit-reader.ts';
import { BitWriter } from '../bit-writer.ts';
import { joinAnnexB, splitAnnexB } from './annex-b.ts';
import { DecodeClock } from './decode-clock.ts';
import { insertEmulationPrevention, removeEmulationPrevention } from './emulation-prevention.ts';
import { NalArena } from './nal-arena.ts';
import { parsePps } from './pps.ts';
import { beginsPicture, parseSliceHeader } from './slice-header.ts';
import { parseSps } from './sps.ts';
import { fixture, makePps, makeSlice, makeSps } from './test-stream.ts';
import { videoTrackOf } from './video-track.ts';

describe('bits', () => {
  it('are read as they were written', () => {
    const field = fc.oneof(
      fc.tuple(fc.constant('u' as const), fc.integer({ min: 1, max: 32 }), fc.nat(0xffff_ffff)),
      fc.tuple(fc.constant('ue' as const), fc.constant(0), fc.nat(0xffff_fffe)),
      fc.tuple(fc.constant('se' as const), fc.constant(0), fc.integer({ min: -(2 ** 30), max: 2 ** 30 })),
    );
    fc.assert(
      fc.property(fc.array(field), (fields) => {
        const writer = new BitWriter();
        const values = fields.map(([kind, size, value]) => (kind === 'u' ? value % 2 ** size : value));
        for (const [i, [kind, size]] of fields.entries()) {
          if (kind === 'u') writer.u(size, values[i] ?? 0);
          else writer[kind](values[i] ?? 0);
        }
        const reader = new BitReader(writer.bytes());
        expect(fields.map(([kind, size]) => (kind === 'u' ? reader.u(size) : reader[kind]()) + 0)).toEqual(
          values.map((value) => value + 0),
        );
        expect(reader.overrun).toBe(false);
      }),
      { seed: 8 },
    );
  });

  it('past the end are zero, and that is told', () => {
    const reader = new BitReader(Buffer.from([0xff]));
    expect([reader.u(8), reader.overrun, reader.u(1), reader.overrun]).toEqual([255, false, 0, true]);
    expect(new BitReader(Buffer.alloc(100)).ue()).toBe(0);
  });
});

describe('NAL units', () => {
  const rbsp = fc
    .array(fc.constantFrom(0, 0, 0, 1, 2, 3, 4, 0x80, 0xff), { maxLength: 60 })
    .map((bytes) => Buffer.from([0x65, ...bytes, 0x80]));

  it('survive emulation prevention, and hold no start code after it', () => {
    fc.assert(
      fc.property(rbsp, (bytes) => {
        const nal = insertEmulationPrevention(bytes);
        expect(removeEmulationPrevention(nal).equals(bytes)).toBe(true);
        for (let i = 2; i < nal.length; i++)
          expect(nal[i - 2] === 0 && nal[i - 1] === 0 && (nal[i] ?? 9) < 3).toBe(false);
      }),
      { seed: 9, numRuns: 500 },
    );
  });

  it('survive Annex B, whatever stands before and behind', () => {
    fc.assert(
      fc.property(fc.array(rbsp.map(insertEmulationPrevention)), fc.nat(5), (nals, zeros) => {
        const padding = Buffer.alloc(zeros);
        expect(splitAnnexB(Buffer.concat([Buffer.from([9]), padding, joinAnnexB(nals), padding]))).toEqual(nals);
      }),
      { seed: 10 },
    );
    expect(splitAnnexB(Buffer.from([0, 0, 1, 9, 0xf0, 0, 0, 1, 0x65, 1]))).toEqual([
      Buffer.from([9, 0xf0]),
      Buffer.from([0x65, 1]),
    ]);
  });
});

describe('parameter sets', () => {
  it('say size, rate and order', () => {
    expect(parseSps(makeSps({ profile: 77 }))).toMatchObject({
      width: 640,
      height: 352,
      reorders: null,
      frameRate: null,
    });
    expect(parseSps(makeSps({ profile: 66 })).reorders).toBe(false);
    expect(parseSps(makeSps({ profile: 77, pocType: 2 })).reorders).toBe(false);
    expect(parseSps(makeSps({ profile: 77, reorder: 0 }))).toMatchObject({ reorders: false, maxReorderFrames: 0 });
    expect(parseSps(makeSps({ profile: 77, reorder: 2 }))).toMatchObject({ reorders: true, maxReorderFrames: 2 });
    expect(parsePps(makePps(3, 1))).toMatchObject({ id: 3, spsId: 1 });
  });

  it('of all profiles: interlace, cropping, scaling lists, HRD, 4:4:4', () => {
    // Made by x264; values as ffprobe gives them.
    const read = (base64: string) => parseSps(Buffer.from(base64, 'base64'));
    expect(read('Z2QAKKzZQHgET94CIAAAAwAgAAAGTJAAHoSAA9CcmGAfFi2W')).toMatchObject({
      width: 1920,
      height: 1080,
      frameRate: 25,
      frameMbsOnly: false,
      maxReorderFrames: 2,
    });
    expect(read('Z/QADZGbKCozx8bgIgAAAwACAAADAGQeKFMs')).toMatchObject({ width: 322, height: 180, frameRate: 25 });
    const [sps = Buffer.alloc(0), pps = Buffer.alloc(0)] = fixture('high-1080');
    expect(videoTrackOf({ sps, pps: [pps] })).toMatchObject({
      width: 1920,
      height: 1080,
      codec: 'h264',
      clockRate: 90_000,
    });
  });

  it('that are broken are refused', () => {
    const malformed = expect.objectContaining({ code: 'H264_MALFORMED' });
    for (const bytes of [[], [0x67], [0x68, 1, 2, 3, 4], [0x67, 77, 0, 30, 0, 0, 0, 0], [0x67, 77, 0, 30, 0x80]]) {
      expect(() => parseSps(Buffer.from(bytes))).toThrow(malformed);
    }
    expect(() => parsePps(Buffer.from([0x68]))).toThrow(malformed);
    expect(() => parseSps(makeSps({ widthMbs: 5000 }))).toThrow(malformed);
  });
});

describe('slice headers', () => {
  const sets = { sps: parseSps(makeSps()), pps: parsePps(makePps()) };
  const read = (slice: Parameters<typeof makeSlice>[0]) => {
    const header = parseSliceHeader(makeSlice(slice), () => sets);
    if (header === null) throw new Error('no header');
    return header;
  };

  it('are read', () => {
    expect(read({ key: true, frameNum: 0, idrPicId: 7, poc: 3 })).toMatchObject({ idr: true, idrPicId: 7, pocLsb: 3 });
    expect(read({ frameNum: 5, firstMb: 99, type: 1, refIdc: 0 })).toMatchObject({
      firstMb: 99,
      sliceType: 1,
      frameNum: 5,
    });
    expect(parseSliceHeader(Buffer.from([0x41, 0]), () => sets)).toBeNull();
    expect(parseSliceHeader(makeSlice({ frameNum: 5 }), () => null)).toMatchObject({ frameNum: 0, firstMb: 0 });
  });

  it('tell where a picture begins', () => {
    const one = { frameNum: 1, poc: 2, firstMb: 10 };
    expect(beginsPicture(read(one), read({ ...one, firstMb: 20 }))).toBe(false);
    for (const change of [{ frameNum: 2 }, { poc: 3 }, { refIdc: 0 }, { key: true }, { pps: 1 }, { firstMb: 0 }]) {
      expect(beginsPicture(read(one), read({ ...one, ...change }))).toBe(true);
    }
    const key = { key: true, frameNum: 0, firstMb: 10 };
    expect(beginsPicture(read(key), read({ ...key, idrPicId: 1 }))).toBe(true);
  });
});

describe('NalArena', () => {
  it('keeps units whole however large they grow', () => {
    const unit = fc.array(fc.integer({ min: 1, max: 40_000 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.array(fc.tuple(unit, fc.nat(100_000), fc.boolean())), (units) => {
        const arena = new NalArena();
        const kept: [Buffer, number, number][] = [];
        for (const [i, [pieces, guess, drop]] of units.entries()) {
          arena.begin(guess);
          arena.byte(i);
          for (const size of pieces) arena.append(Buffer.alloc(size, i), 0, size);
          if (drop) arena.drop();
          else kept.push([arena.finish(), i, 1 + pieces.reduce((a, b) => a + b, 0)]);
        }
        for (const [bytes, i, length] of kept) {
          expect(bytes.length).toBe(length);
          expect(bytes.every((byte) => byte === i)).toBe(true);
        }
      }),
      { seed: 11, numRuns: 30 },
    );
  });
});

describe('DecodeClock', () => {
  it('gives times that rise and precede presentation, for any order within its depth', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3), { minLength: 1, maxLength: 200 }), (delays) => {
        // Shown when their turn comes, at most three pictures after decoding.
        const order = delays.map((delay, i) => [i + delay, i] as const).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
        const clock = new DecodeClock();
        clock.expect(3);
        const shown = new Array<number>(delays.length);
        for (const [rank, [, i]] of order.entries()) shown[i] = rank * 3600;
        let last = Number.NEGATIVE_INFINITY;
        for (const pts of shown) {
          const dts = clock.next(pts, 3600);
          expect(dts).toBeGreaterThan(last);
          expect(dts).toBeLessThanOrEqual(pts);
          last = dts;
        }
      }),
      { seed: 12 },
    );
  });
});
