// @vitest-environment node
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const source = join(import.meta.dirname, '..');

/** Properties, styles and utility classes that name a side of the screen and so would not mirror. */
const physical = [
  /(?<![\w-])(?:margin|padding|border|scroll-margin|scroll-padding)-(?:left|right)(?![\w])/,
  /(?<![\w-])(?:left|right)\s*:\s*['"\d.-]*\d/,
  /(?<![\w-])(?:margin|padding|border)(?:Left|Right)(?!\w)/,
  /border-(?:top|bottom)-(?:left|right)-radius/,
  /text-align\s*:\s*(?:left|right)/,
  /float\s*:\s*(?:left|right)/,
  /(?<=[\s"'`:!-])(?:m|p)[lr]-(?:\d|px|auto|\[|\()/,
  /(?<=[\s"'`:!-])(?:left|right)-(?:\d|px|auto|full|\[|\()/,
  /(?<=[\s"'`:!])(?:text|float|clear)-(?:left|right)(?![\w-])/,
  /(?<=[\s"'`:!])(?:border|rounded|scroll-m|scroll-p)-?(?:l|r|tl|tr|bl|br)(?=-|[\s"'`])/,
];

const found = (text: string) =>
  text
    .split('\n')
    .flatMap((line, i) =>
      line.includes('// physical:') ? [] : physical.some((rule) => rule.test(line)) ? [`${i + 1}: ${line.trim()}`] : [],
    );

describe('right to left', () => {
  it('is not broken by anything that names a side', () => {
    const offenders = readdirSync(source, { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(tsx?|css)$/.test(file) && !file.includes('.test.'))
      .flatMap((file) => found(readFileSync(join(source, file), 'utf8')).map((line) => `${file}:${line}`));
    expect(offenders).toEqual([]);
  });

  it.each([
    'margin-left: 4px;',
    'left: 0;',
    'className="ml-2"',
    'className="hover:-mr-4"',
    "cx('pl-3', x)",
    'className="absolute right-0"',
    'className="text-left"',
    'className="rounded-l-control"',
    'className="border-r border-hairline"',
    'style={{ paddingRight: 4 }}',
    'style={{ left: 4 }}',
  ])('would be seen to be broken by %s', (line) => {
    expect(found(line)).toHaveLength(1);
  });

  it.each([
    'className="ms-2 pe-3 start-0 text-start border-e rounded-s-control"',
    'inset-inline-start: 0',
    'className="prose"',
  ])('is not said to be broken by %s', (line) => {
    expect(found(line)).toEqual([]);
  });
});
