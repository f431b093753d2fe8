import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PtzHead } from './head.ts';
import { positionText } from './position.ts';
import { MAX_PRESETS } from './presets.ts';

describe('head', () => {
  it('turns and zooms at the speed it has, and only on the axes named', () => {
    const head = new PtzHead();
    head.drive({ pan: 1, tilt: -0.5 }, 1000, Infinity);
    expect(head.position(2000)).toEqual({ pan: 0.5, tilt: -0.2, zoom: 0 });
    head.drive({ zoom: 1 }, 2000, Infinity);
    const { pan, tilt, zoom } = head.position(2500);
    expect([pan, tilt, zoom].map((value) => Number(value.toFixed(9)))).toEqual([0.75, -0.3, 0.2]);
  });

  it('ends with its timeout', () => {
    const head = new PtzHead();
    head.drive({ pan: -1, zoom: 0.5 }, 0, 500);
    expect([head.moving(499), head.turning(499), head.zooming(499)]).toEqual([true, true, true]);
    expect(head.moving(500)).toBe(false);
    expect(head.position(90_000)).toEqual({ pan: -0.25, tilt: 0, zoom: 0.1 });
  });

  it('stops at its ends, and does not move against them', () => {
    const head = new PtzHead();
    head.drive({ pan: 1 }, 0, Infinity);
    expect(head.moving(1999)).toBe(true);
    expect(head.moving(2000)).toBe(false);
    expect(head.position(9000).pan).toBe(1);
    head.drive({ pan: 0.2, zoom: -1 }, 9000, Infinity);
    expect(head.moving(9001)).toBe(false);
    head.glide({ tilt: 7 }, 9000);
    expect(head.position(99_000)).toEqual({ pan: 1, tilt: 1, zoom: 0 });
  });

  it('is stopped, whole or in part', () => {
    const head = new PtzHead();
    head.drive({ pan: 1, tilt: 1, zoom: 1 }, 0, Infinity);
    head.stop(500, { zoom: false });
    expect([head.turning(501), head.zooming(501)]).toEqual([false, true]);
    head.stop(1000);
    expect(head.moving(1001)).toBe(false);
    expect(head.position(5000)).toEqual({ pan: 0.25, tilt: 0.2, zoom: 0.4 });
  });

  it('glides to places, and says of a moment past where it was when the command came', () => {
    const head = new PtzHead();
    head.glide({ pan: -0.5, zoom: 0.2 }, 1000, { pan: 0.5 });
    expect(head.position(900).pan).toBe(0);
    expect(head.position(2000)).toEqual({ pan: -0.25, tilt: 0, zoom: 0.2 });
    expect(head.zooming(1501)).toBe(false);
    expect(head.moving(2999)).toBe(true);
    expect(head.position(3000).pan).toBe(-0.5);
    head.shift({ pan: 0.25 }, 3000);
    expect(head.position(4000)).toEqual({ pan: -0.25, tilt: 0, zoom: 0.2 });
    head.glide({ pan: 1 }, 4000, { pan: 0 });
    expect(head.moving(4001)).toBe(false);
  });

  it('goes home, to the centre or where it was told that home is', () => {
    const head = new PtzHead();
    head.glide({ pan: 0.5, tilt: 0.5, zoom: 0.5 }, 0);
    head.goHome(10_000);
    expect(head.position(20_000)).toEqual({ pan: 0, tilt: 0, zoom: 0 });
    head.glide({ pan: -1 }, 20_000);
    head.setHome(30_000);
    head.glide({ pan: 1, zoom: 1 }, 30_000);
    head.goHome(40_000);
    expect(head.position(50_000)).toEqual({ pan: -1, tilt: 0, zoom: 0 });
  });

  it('never leaves its range and never jumps, whatever it is told', () => {
    const share = fc.double({ min: -1, max: 1, noNaN: true });
    const vector = fc.record({ pan: share, tilt: share, zoom: share });
    const command = fc.record({ drives: fc.boolean(), vector, wait: fc.nat(3000), lasts: fc.nat(3000) });
    fc.assert(
      fc.property(fc.array(command, { maxLength: 12 }), (commands) => {
        const head = new PtzHead();
        let now = 0;
        for (const { drives, vector, wait, lasts } of commands) {
          const before = head.position(now);
          if (drives) head.drive(vector, now, lasts);
          else head.glide(vector, now);
          expect(head.position(now).pan).toBeCloseTo(before.pan, 9);
          now += wait;
          const after = head.position(now);
          expect(Math.abs(after.pan - before.pan)).toBeLessThanOrEqual((wait / 1000) * 0.5 + 1e-9);
          expect(Math.abs(after.pan)).toBeLessThanOrEqual(1);
          expect(Math.abs(after.tilt)).toBeLessThanOrEqual(1);
          expect(after.zoom).toBeGreaterThanOrEqual(0);
          expect(after.zoom).toBeLessThanOrEqual(1);
        }
        expect(head.moving(now + 60_000)).toBe(false);
      }),
    );
  });
});

describe('presets', () => {
  const place = { pan: 0.1, tilt: 0.2, zoom: 0.3 };

  it('are three at first', () => {
    const names = new PtzHead().presets.entries().map(([token, { name }]) => `${token} ${name}`);
    expect(names).toEqual(['1 Entrance', '2 Crossing', '3 Car park']);
  });

  it('are stored under the lowest free number, replaced and removed', () => {
    const { presets } = new PtzHead();
    expect(presets.store(place, 'Gate', null)).toEqual({ token: '4' });
    expect(presets.store({ ...place, pan: 1 }, null, '4')).toEqual({ token: '4' });
    expect(presets.get('4')).toEqual({ name: 'Gate', position: { ...place, pan: 1 } });
    expect(presets.remove('2')).toBe(true);
    expect(presets.remove('2')).toBe(false);
    expect(presets.store(place, null, null)).toEqual({ token: '2' });
    expect(presets.get('2')?.name).toBe('Preset 2');
  });

  it('are refused where they cannot be stored', () => {
    const { presets } = new PtzHead();
    expect(presets.store(place, 'Gate', '9')).toEqual({ refusal: 'NoToken' });
    expect(presets.store(place, 'Entrance', null)).toEqual({ refusal: 'PresetExist' });
    expect(presets.store(place, 'Entrance', '1')).toEqual({ token: '1' });
    expect(presets.store(place, 'x'.repeat(65), null)).toEqual({ refusal: 'InvalidPresetName' });
    while (presets.entries().length < MAX_PRESETS) presets.store(place, null, null);
    expect(presets.store(place, null, null)).toEqual({ refusal: 'TooManyPresets' });
  });
});

it('a position in words has always the same length', () => {
  expect(positionText({ pan: 12 / 180, tilt: -3 / 90, zoom: 0.05 })).toBe('P+012 T-03 Z1.4');
  expect(positionText({ pan: -1, tilt: 1, zoom: 1 })).toBe('P-180 T+90 Z9.0');
  expect(positionText({ pan: -0.0001, tilt: 0, zoom: 0 })).toBe('P+000 T+00 Z1.0');
});
