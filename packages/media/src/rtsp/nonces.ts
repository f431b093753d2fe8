import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

export interface RtspNoncesOptions {
  /** How long a nonce is good, in milliseconds. Default 300,000. */
  readonly lifetimeMs?: number;
  /** Wall or monotonic clock, in milliseconds. Default `Date.now`. */
  readonly now?: () => number;
}

/**
 * Makes the nonces of Digest challenges and knows them again. They carry their age and a MAC, so nothing is kept per
 * client. One made for a `purpose` (a connection) is no good for another.
 */
export class RtspNonces {
  readonly #secret = randomBytes(32);
  readonly #lifetime: number;
  readonly #now: () => number;

  constructor(options: RtspNoncesOptions = {}) {
    this.#lifetime = options.lifetimeMs ?? 300_000;
    this.#now = options.now ?? Date.now;
  }

  issue(purpose = ''): string {
    return this.#nonce(Math.floor(this.#now()).toString(36), purpose);
  }

  /** False when it is too old, of another purpose, or not ours: then the client is to be challenged with `stale=true`. */
  accepts(nonce: string, purpose = ''): boolean {
    const issued = nonce.split('.')[0] ?? '';
    if (!this.#equal(nonce, this.#nonce(issued, purpose))) return false;
    const age = this.#now() - Number.parseInt(issued, 36);
    return age >= -1000 && age <= this.#lifetime;
  }

  #nonce(issued: string, purpose: string): string {
    const mac = createHmac('sha256', this.#secret).update(`${issued}\n${purpose}`, 'utf8').digest('hex');
    return `${issued}.${mac.slice(0, 32)}`;
  }

  #equal(a: string, b: string): boolean {
    const mac = (text: string) => createHmac('sha256', this.#secret).update(text, 'utf8').digest();
    return timingSafeEqual(mac(a), mac(b));
  }
}
