import { expect, test, vi } from 'vitest';
import { Recent } from './recent.ts';

const value = (id: string) => ({ id, name: `name of ${id}` });

test('is read once for a while, together, and again when it was forgotten', async () => {
  const load = vi.fn(async (ids: readonly string[]) => ids.filter((id) => id !== 'none').map(value));
  const recent = new Recent({ load, lifeMs: 60_000, most: 10 });
  expect([...(await recent.of(['a', 'b', 'a'])).keys()].sort()).toEqual(['a', 'b']);
  expect((await recent.of(['b', 'c', 'none'])).size).toBe(2);
  expect(load.mock.calls).toEqual([[['a', 'b']], [['c', 'none']]]);
  expect(recent.remembered('a')).toEqual(value('a'));
  recent.forget();
  expect(recent.remembered('a')).toBeUndefined();
  await recent.of(['a']);
  expect(load).toHaveBeenCalledTimes(3);
});

test('stays as it was while it cannot be read; what was never known cannot be told', async () => {
  let away = false;
  const load = async (ids: readonly string[]) => {
    if (away) throw new Error('away');
    return ids.map(value);
  };
  const recent = new Recent({ load, lifeMs: 0, most: 10 });
  await recent.of(['a']);
  away = true;
  expect((await recent.of(['a'])).get('a')).toEqual(value('a'));
  await expect(recent.of(['a', 'b'])).rejects.toThrow('away');
});

test('holds no more than it may', async () => {
  const recent = new Recent({ load: async (ids) => ids.map(value), lifeMs: 60_000, most: 2 });
  await recent.of(['a', 'b', 'c']);
  expect(['a', 'b', 'c'].filter((id) => recent.remembered(id))).toEqual(['c']);
});
