import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** A Lua script and the SHA-1 by which Valkey keeps it. */
export interface Script {
  readonly text: string;
  readonly digest: string;
}

/**
 * Reads a `.lua` file. `--#include name.lua` on a line of its own stands for the text of that file in the same folder:
 * Valkey has no modules, and a rule that two scripts share must be written once.
 */
export function loadScript(url: URL): Script {
  const text = read(url);
  return { text, digest: createHash('sha1').update(text).digest('hex') };
}

function read(url: URL): string {
  return readFileSync(url, 'utf8').replace(/^--#include (\S+)$/gm, (_, name: string) => read(new URL(name, url)));
}
