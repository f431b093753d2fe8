import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** `sun_path` holds 108 bytes with its closing zero on Linux, 104 on macOS. */
const longestSocketPath = 103;
/** Room for the longest socket name used in the folder, its slash included. */
const longestSocketName = 40;

/**
 * The folder for the Unix sockets of one data folder: `<data>/run`, or a short one under /tmp when that path is too
 * long for a socket. Every process with the same data folder and user gets the same answer. It is made 0700.
 * @throws Error when something in /tmp has the name but is not ours
 */
export function runFolder(dataDir: string): string {
  const inside = join(dataDir, 'run');
  if (Buffer.byteLength(inside) + longestSocketName <= longestSocketPath) {
    mkdirSync(inside, { recursive: true, mode: 0o700 });
    chmodSync(inside, 0o700);
    return inside;
  }
  const uid = process.getuid?.() ?? 0;
  const folder = `/tmp/marsad-${uid}-${folderTag(dataDir)}`;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // Anybody may make names in /tmp: a folder, or a link, that somebody else put there must not get our sockets.
  const found = lstatSync(folder);
  if (!found.isDirectory() || found.uid !== uid)
    throw new Error(`${folder} belongs to somebody else. Remove it, or set MARSAD_DATA to a shorter path.`);
  chmodSync(folder, 0o700);
  return folder;
}

/** Ten characters that tell data folders apart. */
export function folderTag(dataDir: string): string {
  return createHash('sha256').update(dataDir).digest('hex').slice(0, 10);
}
