import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { picture } from '../testing/pictures.ts';
import { type Frame, FrameReader, frameKinds, jsonFrame } from './frame.ts';
import { RpcError } from './rpc-error.ts';
import { decodeUnit, encodeUnit } from './unit-frame.ts';

function readAll(stream: Buffer, cuts: readonly number[]): Frame[] {
  const reader = new FrameReader();
  reader.limit = 1_000_000;
  const frames: Frame[] = [];
  let from = 0;
  for (const cut of [...cuts.map((cut) => cut % (stream.length + 1)).sort((a, b) => a - b), stream.length]) {
    reader.read(stream.subarray(from, cut), (frame) => frames.push(frame));
    from = cut;
  }
  return frames;
}

describe('FrameReader', () => {
  it('finds the same frames wherever the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 300 }), { maxLength: 20 }), fc.array(fc.nat()), (texts, cuts) => {
        const stream = Buffer.concat(texts.map((text) => jsonFrame({ text })));
        const read = readAll(stream, cuts).map(({ payload }) => JSON.parse(payload.toString()).text);
        expect(read).toEqual(texts);
      }),
    );
  });

  it('refuses empty and oversized frames before it allocates anything', () => {
    const length = Buffer.alloc(4);
    expect(() => new FrameReader().read(length, () => {})).toThrow(RpcError);
    length.writeUInt32BE(0xffff_ffff);
    expect(() => new FrameReader().read(length, () => {})).toThrow(/4294967295/);
  });
});

describe('access units as frames', () => {
  const bytes = fc.uint8Array({ maxLength: 2000 }).map((array) => Buffer.from(array));

  it('come out as they went in', () => {
    fc.assert(
      fc.property(
        fc.array(bytes, { maxLength: 20 }),
        fc.boolean(),
        fc.boolean(),
        fc.option(fc.record({ sps: bytes, pps: fc.array(bytes, { maxLength: 5 }) }), { nil: undefined }),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        (nals, key, replay, parameterSets, pts) => {
          const { parameterSets: _, ...plain } = picture(7, { nals, key, pts });
          const unit = parameterSets ? { ...plain, parameterSets } : plain;
          const frames = readAll(Buffer.concat(encodeUnit(99, unit, replay)), [3, 50, 1000]);
          expect(frames.length).toBe(1);
          expect(frames[0]?.kind).toBe(frameKinds.unit);
          expect(decodeUnit(frames[0]?.payload ?? Buffer.alloc(0))).toEqual({ subscription: 99, unit, replay });
        },
      ),
    );
  });

  it('cut short or with lengths that lie, are refused and nothing else', () => {
    const whole = Buffer.concat(encodeUnit(1, picture(0, { key: true }), false)).subarray(5);
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.uint8Array({ maxLength: 30 }), (at, noise) => {
        const bad = Buffer.from(whole);
        Buffer.from(noise).copy(bad, at);
        for (const payload of [bad, whole.subarray(0, at)]) {
          try {
            decodeUnit(payload);
          } catch (error) {
            expect(error).toBeInstanceOf(RpcError);
          }
        }
      }),
    );
  });
});
