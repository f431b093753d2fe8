import { expect, test } from 'vitest';
import { numberOption, parseCommandLine } from './command-line.ts';

test('takes values, flags and a name in any order', () => {
  expect(parseCommandLine(['glass', '--seconds', '20', '--cold', '--client=whep'])).toEqual({
    name: 'glass',
    options: { seconds: '20', cold: true, client: 'whep' },
  });
});

test('refuses what is no number', () => {
  expect(numberOption({}, 'runs', 10)).toBe(10);
  expect(() => numberOption({ runs: 'many' }, 'runs', 10)).toThrow('--runs');
  expect(() => numberOption({ runs: '0' }, 'runs', 10)).toThrow('--runs');
});
