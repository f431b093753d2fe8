import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { choose } from './rendezvous.ts';

const keys = Array.from({ length: 400 }, (_, i) => `camera-${i}`);
const nodeNames = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 8 });

describe('choose', () => {
  it('has no answer without nodes', () => expect(choose('a', [])).toBeUndefined());

  it('does not depend on the order of nodes', () => {
    fc.assert(
      fc.property(nodeNames, fc.string(), (nodes, key) => {
        expect(choose(key, nodes.toReversed())).toBe(choose(key, nodes));
      }),
    );
  });

  it('moves only the keys of a node that goes, and only to the node that comes', () => {
    fc.assert(
      fc.property(nodeNames, fc.string({ minLength: 9, maxLength: 12 }), (nodes, extra) => {
        for (const key of keys.slice(0, 50)) {
          const before = choose(key, nodes);
          const after = choose(key, [...nodes, extra]);
          expect([before, extra]).toContain(after);
        }
      }),
    );
  });

  it('shares fairly', () => {
    const counts = Map.groupBy(keys, (key) => choose(key, ['a', 'b', 'c', 'd']));
    for (const share of counts.values()) {
      expect(share.length).toBeGreaterThan(60);
      expect(share.length).toBeLessThan(140);
    }
  });
});
