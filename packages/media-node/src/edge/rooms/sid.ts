import { randomBytes } from 'node:crypto';

const ALPHABET = '23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

/** A LiveKit identifier: prefix, underscore, twelve letters and digits. */
export function newSid(prefix: 'RM' | 'PA' | 'TR' | 'EV' | 'IN'): string {
  let sid = `${prefix}_`;
  for (const byte of randomBytes(12)) sid += ALPHABET[byte % ALPHABET.length];
  return sid;
}
