import { describe, expect, it } from 'vitest';
import { durationMs } from './duration.ts';
import { escapeXml, find, readXml } from './xml.ts';

describe('XML', () => {
  it('is read by local names, whatever the prefixes', () => {
    const root = readXml(
      '<?xml version="1.0"?><s:A xmlns:s="urn:s"><b xmlns="urn:b" s:x="1" y="&lt;2&gt;"> <![CDATA[<c/>]]> &amp; d </b><b/></s:A>',
    );
    const b = find(root, 'b');
    expect(root.name).toBe('A');
    expect(root.children).toHaveLength(2);
    expect([...(b?.attributes ?? [])]).toEqual([
      ['x', '1'],
      ['y', '<2>'],
    ]);
    expect(b?.text).toBe('<c/> & d');
    expect(find(root, 'b', 'c')).toBeNull();
    expect(find(null, 'b')).toBeNull();
  });

  it('is refused where it is none, too deep, or declares anything', () => {
    const nested = (depth: number) => '<a>'.repeat(depth) + '</a>'.repeat(depth);
    expect(readXml(nested(32)).name).toBe('a');
    const bad = [
      nested(33),
      '',
      'text',
      '<a>',
      '<a></b>',
      '<a/><b/>',
      '<a>&b;</a>',
      '<!DOCTYPE a><a/>',
      '<a x="1" x="2"/>',
    ];
    for (const document of bad) expect(() => readXml(document), document.slice(0, 20)).toThrow();
  });

  it('carries any text', () => {
    const text = `"Gate" & <'5'> ü`;
    expect(find(readXml(`<a><b>${escapeXml(text)}</b></a>`), 'b')?.text).toBe(text);
  });
});

it.each([
  ['PT1.5S', 1500],
  ['PT0.05S', 50],
  ['P1DT2H3M4S', 93_784_000],
  ['PT10M', 600_000],
  ['PT', null],
  ['P', null],
  ['P1Y', null],
  ['-PT1S', null],
  ['1.5', null],
])('duration %s', (text, ms) => {
  expect(durationMs(text)).toBe(ms);
});
