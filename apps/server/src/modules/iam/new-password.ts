import { randomBytes } from 'node:crypto';

/** 96 bits, in letters that can be read out. */
export function newPassword(): string {
  return (randomBytes(16).toString('hex').match(/.{4}/g) ?? []).slice(0, 6).join('-');
}
