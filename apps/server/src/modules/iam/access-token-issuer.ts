import { createPrivateKey, createPublicKey, type KeyObject, randomUUID } from 'node:crypto';
import { sourcesWith, type User } from '@marsad/contract';
import { SignJWT } from 'jose';
import type { TrustedIssuer } from '../../platform/auth/token-verifier.ts';

const ownIssuer = 'marsad';

export interface AccessTokenIssuerOptions {
  readonly privateKeyPem: string;
  readonly keyId: string;
  /** Life of a token in seconds. */
  readonly lifetime: number;
  /** Wall clock, milliseconds. */
  readonly now: () => number;
}

/** Signs access tokens (RS256) with the claims that an RTA IAM would give, and publishes the key that proves them. */
export class AccessTokenIssuer {
  readonly lifetime: number;
  readonly #key: KeyObject;
  readonly #publicKey: KeyObject;
  readonly #keyId: string;
  readonly #now: () => number;

  constructor({ privateKeyPem, keyId, lifetime, now }: AccessTokenIssuerOptions) {
    this.#key = createPrivateKey(privateKeyPem);
    this.#publicKey = createPublicKey(this.#key);
    this.#keyId = keyId;
    this.lifetime = lifetime;
    this.#now = now;
  }

  get trusted(): TrustedIssuer {
    return { issuer: ownIssuer, key: this.#publicKey };
  }

  /** A JSON Web Key Set (RFC 7517) with the public half of the key. */
  keySet(): { keys: Record<string, unknown>[] } {
    return { keys: [{ ...this.#publicKey.export({ format: 'jwk' }), kid: this.#keyId, alg: 'RS256', use: 'sig' }] };
  }

  async issue(user: User & TokenDetails, session: string): Promise<string> {
    const seconds = Math.floor(this.#now() / 1000);
    return new SignJWT({
      login_id: user.login,
      display_name: user.display_name,
      display_name_ar: user.display_name_ar,
      ...(user.employee_number ? { employee_number: user.employee_number } : {}),
      ...(user.email ? { email: user.email } : {}),
      ...(user.department ? { department: user.department } : {}),
      agency: user.agency,
      permissions: user.permissions,
      camera_sources: sourcesWith(user.permissions, 'camera', 'view'),
      sid: session,
    })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: this.#keyId })
      .setIssuer(ownIssuer)
      .setSubject(user.id)
      .setJti(randomUUID())
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + this.lifetime)
      .sign(this.#key);
  }
}

/** What a token says of its owner beyond what the API shows. */
export interface TokenDetails {
  readonly employee_number: string | null;
  readonly email: string | null;
  readonly department: string | null;
}
