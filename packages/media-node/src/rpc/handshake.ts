import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** Both ends prove that they know the secret, over both nonces, without sending it (HMAC-SHA-256, hex). */
export type Side = 'client' | 'server';

export function newNonce(): string {
  return randomBytes(32).toString('hex');
}

export function proofOf(secret: string, side: Side, serverNonce: string, clientNonce: string): string {
  return createHmac('sha256', secret).update(`marsad-rpc-1 ${side} ${serverNonce} ${clientNonce}`).digest('hex');
}

export function proves(proof: string, secret: string, side: Side, serverNonce: string, clientNonce: string): boolean {
  const expected = Buffer.from(proofOf(secret, side, serverNonce, clientNonce));
  const given = Buffer.from(proof);
  return given.length === expected.length && timingSafeEqual(given, expected);
}
