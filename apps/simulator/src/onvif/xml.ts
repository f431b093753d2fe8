import { SaxesParser } from 'saxes';

/** An element by its local name: prefixes are the client's to choose. */
export interface XmlElement {
  readonly name: string;
  /** By local name, without declarations of namespaces. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Its own text, trimmed. */
  readonly text: string;
}

const MAX_DEPTH = 32;

/** Reads a whole document. Throws for what is not well-formed, has a document type or goes deeper than 32 elements. */
export function readXml(document: string): XmlElement {
  const parser = new SaxesParser();
  const open: { name: string; attributes: Map<string, string>; children: XmlElement[]; text: string }[] = [];
  let root: XmlElement | null = null;
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('doctype', () => {
    throw new Error('a document type');
  });
  parser.on('opentag', ({ name, attributes }) => {
    if (open.length === MAX_DEPTH) throw new Error('too deep');
    const named = Object.entries(attributes).filter(([key]) => !/^xmlns(:|$)/.test(key));
    const element = {
      name: local(name),
      attributes: new Map(named.map(([key, value]) => [local(key), value])),
      children: [],
      text: '',
    };
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  const onText = (text: string) => {
    const element = open.at(-1);
    if (element) element.text += text;
  };
  parser.on('text', onText);
  parser.on('cdata', onText);
  parser.on('closetag', () => {
    const element = open.pop();
    if (element) element.text = element.text.trim();
  });
  parser.write(document).close();
  if (!root) throw new Error('no element');
  return root;
}

/** The first element at the end of a path of names. */
export function find(from: XmlElement | null, ...path: readonly string[]): XmlElement | null {
  let at = from;
  for (const name of path) at = at?.children.find((child) => child.name === name) ?? null;
  return at;
}

export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function local(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
