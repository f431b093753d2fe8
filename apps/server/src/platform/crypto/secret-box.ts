import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const version = 1;
const nonceBytes = 12;
const tagBytes = 16;

/**
 * Encrypts short texts for storage with AES-256-GCM (NIST SP 800-38D): version (1 byte), nonce (12), tag (16), text.
 *
 * `context` names the place the text belongs to (table, row, column). It is authenticated and not stored: a box copied
 * to another row does not open there.
 */
export class SecretBox {
  readonly #key: Buffer;

  /** @throws RangeError unless the key has 32 bytes */
  constructor(key: Buffer) {
    if (key.length !== 32) throw new RangeError(`an AES-256 key has 32 bytes, not ${key.length}`);
    this.#key = key;
  }

  seal(text: string, context: string): Buffer {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce, { authTagLength: tagBytes });
    cipher.setAAD(Buffer.from(context));
    const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([Buffer.of(version), nonce, cipher.getAuthTag(), body]);
  }

  /** @throws Error when the box was made with another key or for another place, or was changed */
  open(box: Buffer, context: string): string {
    if (box[0] !== version || box.length < 1 + nonceBytes + tagBytes) throw new Error('not a sealed secret');
    const nonce = box.subarray(1, 1 + nonceBytes);
    const tag = box.subarray(1 + nonceBytes, 1 + nonceBytes + tagBytes);
    const decipher = createDecipheriv('aes-256-gcm', this.#key, nonce, { authTagLength: tagBytes });
    decipher.setAAD(Buffer.from(context));
    decipher.setAuthTag(tag);
    return decipher.update(box.subarray(1 + nonceBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8');
  }

  /** As {@link open}; null where that throws. */
  tryOpen(box: Buffer, context: string): string | null {
    try {
      return this.open(box, context);
    } catch {
      return null;
    }
  }
}
