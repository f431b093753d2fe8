import { describe, expect, it } from 'vitest';
import { PROFILES } from '../encoding/profile.ts';
import { BandComposer } from './band-composer.ts';

const head = { nalHeader: 0x41, header: '10110' };
const at = (frame: number, position: string | null) => ({ frame, epochMs: Date.UTC(2026, 0, 1) + 500, position });

describe.each(['main', 'sub'] as const)('slices of the band, %s', (name) => {
  const profile = PROFILES[name];
  const fixed = new BandComposer(profile, 'A camera', 'cam-0002');
  const movable = new BandComposer(profile, 'Another', 'cam-0001', true);
  const shared = fixed.between(head, at(700, null), at(701, null));

  it('are one for all cameras as long as nothing but the barcode moves', () => {
    const [here, there] = ['P+012 T-03 Z1.4', 'P+090 T+10 Z9.0'];
    expect(movable.between(head, at(700, here), at(701, here))).toBe(shared);
    expect(movable.between(head, at(700, there), at(701, there))).toBe(shared);
  });

  it('are a camera’s own while its position changes, and then again shared', () => {
    const step = (from: string, to: string) => movable.between(head, at(700, from), at(701, to));
    const one = step('P+012 T-03 Z1.4', 'P+013 T-03 Z1.4');
    const other = step('P+012 T-03 Z1.4', 'P+012 T-04 Z1.4');
    expect(one).not.toEqual(shared);
    expect(other).not.toEqual(shared);
    expect(one).not.toEqual(other);
    // Two digits share a macroblock of 384 samples; only what changed is sent.
    expect(one.length).toBeGreaterThan(384);
    expect(one.length).toBeLessThan(2 * 384);
    expect(step('P+013 T-03 Z1.4', 'P+013 T-03 Z1.4')).toBe(shared);
    expect(fixed.between(head, at(700, null), at(701, null))).toBe(shared);
  });

  it('show the position in key pictures', () => {
    const key = (position: string | null) => movable.key({ ...head, nalHeader: 0x65 }, at(700, position));
    expect(key('P+012 T-03 Z1.4')).toEqual(key('P+012 T-03 Z1.4'));
    expect(key('P+012 T-03 Z1.4')).not.toEqual(key('P+012 T-03 Z1.5'));
    expect(key(null).length).toBeLessThan(key('P+012 T-03 Z1.4').length);
  });
});
