import { describe, expect, it } from 'vitest';
import { picture } from '../../testing/pictures.ts';
import { GopCache } from './gop-cache.ts';

describe('GopCache', () => {
  it('begins at a key picture and starts over at the next', () => {
    const cache = new GopCache();
    cache.add(picture(1));
    expect(cache.units).toEqual([]);
    for (const unit of [picture(2, { key: true }), picture(3), picture(4)]) cache.add(unit);
    expect(cache.units.map((unit) => unit.pts / 3600)).toEqual([2, 3, 4]);
    expect(cache.bytes).toBe(6);
    cache.add(picture(5, { key: true }));
    expect(cache.units.map((unit) => unit.pts / 3600)).toEqual([5]);
    expect(cache.bytes).toBe(2);
  });

  it('keeps audio between the pictures but does not count it as one', () => {
    const cache = new GopCache();
    const audio = picture(1, { kind: 'audio', track: 1, key: true });
    cache.add(audio);
    expect(cache.units).toEqual([]);
    cache.add(picture(2, { key: true }));
    cache.add(audio);
    expect(cache.units.length).toBe(2);
    expect(cache.pictures).toBe(1);
  });

  it('gives a group up that outgrows its bytes, till the next key picture', () => {
    const cache = new GopCache({ maxBytes: 100 });
    cache.add(picture(1, { key: true, nals: [Buffer.alloc(60)] }));
    cache.add(picture(2, { nals: [Buffer.alloc(60)] }));
    expect(cache.units).toEqual([]);
    expect(cache.bytes).toBe(0);
    cache.add(picture(3, { nals: [Buffer.alloc(1)] }));
    expect(cache.units).toEqual([]);
    cache.add(picture(4, { key: true, nals: [Buffer.alloc(60)] }));
    expect(cache.units.length).toBe(1);
  });

  it('is bounded in units too, and gives up a key picture that is too large by itself', () => {
    const cache = new GopCache({ maxBytes: 100, maxUnits: 3 });
    cache.add(picture(0, { key: true, nals: [Buffer.alloc(101)] }));
    expect(cache.units).toEqual([]);
    for (let i = 1; i <= 4; i++) cache.add(picture(i, { key: i === 1 }));
    expect(cache.units).toEqual([]);
  });
});
