import { SaxesParser } from 'saxes';
import { OnvifMalformed } from './onvif-malformed.ts';

/** An element of a document, without its prefix and without the namespaces: cameras invent both. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Its own characters, trimmed. */
  readonly text: string;
}

interface OpenElement extends XmlElement {
  readonly attributes: Map<string, string>;
  readonly children: OpenElement[];
  text: string;
}

const deepest = 48;
const mostElements = 20_000;

/**
 * Reads a document whole. Only the five entities of XML itself are known, and there is no DTD: nothing in a document can
 * make it larger than it is.
 * @throws OnvifMalformed
 */
export function parseXml(text: string): XmlElement {
  const parser = new SaxesParser();
  const open: OpenElement[] = [];
  let root: OpenElement | null = null;
  let count = 0;
  parser.on('error', ({ message }) => fail(message));
  parser.on('doctype', () => fail('a document type'));
  parser.on('opentag', ({ name, attributes }) => {
    if (++count > mostElements || open.length >= deepest) fail('too many elements');
    const element: OpenElement = {
      name: local(name),
      attributes: new Map(Object.entries(attributes).map(([key, value]) => [local(key), value])),
      children: [],
      text: '',
    };
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  const characters = (more: string) => {
    const element = open.at(-1);
    if (element) element.text += more;
  };
  parser.on('text', characters);
  parser.on('cdata', characters);
  parser.on('closetag', () => {
    const element = open.pop();
    if (element) element.text = element.text.trim();
  });
  parser.write(text).close();
  return root ?? fail('no element');
}

/** The first element at the end of a path of names; undefined when there is none. */
export function elementAt(from: XmlElement, ...path: readonly string[]): XmlElement | undefined {
  let at: XmlElement | undefined = from;
  for (const name of path) at = at?.children.find((child) => child.name === name);
  return at;
}

/** Its text; empty when there is none. */
export function textAt(from: XmlElement, ...path: readonly string[]): string {
  return elementAt(from, ...path)?.text ?? '';
}

/** Text as it stands in a document. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function local(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function fail(why: string): never {
  // Only the kind of mistake: the parser's sentences may quote the document.
  throw new OnvifMalformed(why.startsWith('too many') ? why : 'the answer is no XML we can read');
}
