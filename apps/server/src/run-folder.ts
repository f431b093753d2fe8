import { createHash } from 'node:crypto';
import { chmodSync, chownSync, lstatSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** `sun_path` holds 108 bytes with its closing zero on Linux, 104 on macOS. */
const longestSocketPath = 103;
/** Room for the longest socket name used in the folder, its slash included. */
const longestSocketName = 40;

/**
 * The folder for the Unix sockets of one data folder: `<data>/run`, or a short one under /tmp when that path is too
 * long for a socket or has more than plain letters. Every process with the same data folder and user gets the same answer. It is made 0700.
 * @throws Error when something in /tmp has the name but is not ours
 */
export function runFolder(dataDir: string): string {
  return socketFolder(join(dataDir, 'run'), { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 });
}

/**
 * Makes `wanted`, or a short stand-in for it under /tmp, as a 0700 folder of `owner`.
 * @throws Error when something in /tmp has the name but is not the owner's
 */
export function socketFolder(wanted: string, owner: { uid: number; gid: number }): string {
  // Clients differ in how they read a path with spaces and the like from a URL.
  const plain = /^[\w./-]+$/.test(wanted);
  const fits = plain && Buffer.byteLength(wanted) + longestSocketName <= longestSocketPath;
  const folder = fits ? wanted : `/tmp/marsad-${owner.uid}-${folderTag(wanted)}`;
  const made = mkdirSync(folder, { recursive: true, mode: 0o700 }) !== undefined;
  if (made) chownSync(folder, owner.uid, owner.gid);
  // Anybody may make names in /tmp: a folder, or a link, that somebody else put there must not get our sockets.
  const found = lstatSync(folder);
  if (!found.isDirectory() || found.uid !== owner.uid)
    throw new Error(`${folder} belongs to somebody else. Remove it, or set MARSAD_DATA to a shorter path.`);
  chmodSync(folder, 0o700);
  return folder;
}

/** Ten characters that tell folders apart. */
export function folderTag(folder: string): string {
  return createHash('sha256').update(folder).digest('hex').slice(0, 10);
}
