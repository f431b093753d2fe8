import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { streamReasons, streamStates } from '@marsad/contract';
import { describe, expect, it } from 'vitest';

const here = import.meta.dirname;
const source = join(here, '..');

type Words = { [key: string]: string | Words };

function flatten(words: Words, prefix: string, into: Map<string, string>): Map<string, string> {
  for (const [key, value] of Object.entries(words)) {
    if (typeof value === 'string') into.set(prefix + key, value);
    else flatten(value, `${prefix}${key}.`, into);
  }
  return into;
}

function wordsOf(language: 'en' | 'ar'): Map<string, string> {
  const all = new Map<string, string>();
  for (const file of readdirSync(join(here, language))) {
    flatten(JSON.parse(readFileSync(join(here, language, file), 'utf8')), `${file.replace('.json', '')}:`, all);
  }
  return all;
}

// A key in several numbers is one key: languages have different ones.
const single = (key: string) => key.replace(/_(zero|one|two|few|many|other)$/, '');
const placeholders = (text: string) => [...text.matchAll(/\{\{?(\w+)\}?\}/g)].map(([, name]) => name).sort();

const en = wordsOf('en');
const ar = wordsOf('ar');
const keys = new Set([...en.keys()].map(single));

const code = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file) && !file.includes('.test.'))
  .map((file) => readFileSync(join(source, file), 'utf8'))
  .join('\n');
const literal = new Set([...code.matchAll(/['"`]([a-z]+:[\w.-]+)['"`]/g)].map(([, key]) => key ?? ''));
const beginnings = [...code.matchAll(/`([a-z]+:[\w.-]*)\$\{/g)].map(([, beginning]) => beginning ?? '');

const commandsCode = readFileSync(join(source, 'commands/commands.ts'), 'utf8');
const commands = [
  ...[...commandsCode.matchAll(/\bid: '([\w-]+)',\s*group: '\w+',\s*keys: '([^']+)'/g)],
  ...[...commandsCode.matchAll(/layoutCommand\('([\w-]+)', '([^']+)'/g)],
].map(([, id, binding]) => ({ id, binding }));

describe('words', () => {
  it('are the same in both languages', () => {
    expect(new Set([...ar.keys()].map(single))).toEqual(keys);
  });

  it('have the numbers that each language counts in', () => {
    for (const [language, words] of [
      ['en', en],
      ['ar', ar],
    ] as const) {
      const numbers = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
      const counted = new Set([...words.keys()].filter((key) => single(key) !== key).map(single));
      for (const key of counted) for (const number of numbers) expect([...words.keys()]).toContain(`${key}_${number}`);
    }
  });

  it('are filled from the same facts', () => {
    for (const [key, text] of en) {
      const other = ar.get(key);
      // A number of one or two is said by the word itself.
      if (other !== undefined && single(key) === key)
        expect([key, placeholders(other)]).toEqual([key, placeholders(text)]);
    }
  });

  it('are Arabic in Arabic, and never empty', () => {
    const latin = new Set(['wall:delay', 'commands:title.language']);
    for (const [key, text] of ar) {
      expect([key, text.trim() !== '']).toEqual([key, true]);
      const words = text.replace(/\{\{?\w+\}?\}|\P{L}/gu, '');
      if (words !== '' && !latin.has(key)) expect([key, /[\u0600-\u06ff]/.test(text)]).toEqual([key, true]);
    }
  });

  it('are there for every key the code asks for', () => {
    const namespaces = new Set([...keys].map((key) => key.split(':')[0]));
    const asked = [...literal].filter((key) => namespaces.has(key.split(':')[0]));
    expect(asked.filter((key) => !keys.has(key))).toEqual([]);
    expect(asked.length).toBeGreaterThan(50);
  });

  it('are all used', () => {
    const used = (key: string) => literal.has(key) || beginnings.some((beginning) => key.startsWith(beginning));
    expect([...keys].filter((key) => !used(key))).toEqual([]);
  });

  it('exist for every state, reason and command', () => {
    const wanted = [
      ...streamStates.map((state) => `states:word.${state}`),
      ...streamReasons.flatMap((reason) => [`states:reason.${reason}`, `states:reason-short.${reason}`]),
      ...commands.map(({ id }) => `commands:title.${id}`),
    ];
    expect(wanted.filter((key) => !keys.has(key))).toEqual([]);
  });
});

describe('commands', () => {
  it('have a key each, of their own', () => {
    expect(commands.length).toBeGreaterThan(20);
    const bound = commands.map(({ binding }) => binding);
    expect(new Set(bound).size).toBe(bound.length);
  });
});
