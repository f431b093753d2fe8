import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hashPassword, verifyPassword } from './password.ts';
import { SecretBox } from './secret-box.ts';

describe('SecretBox', () => {
  const box = new SecretBox(randomBytes(32));

  it('gives back what was sealed, and never the same bytes twice', () => {
    const text = 'rtsp://مستخدم:p@ss@10.0.0.1/ch1';
    const sealed = box.seal(text, 'cameras/1/main');
    expect(box.open(sealed, 'cameras/1/main')).toBe(text);
    expect(sealed.equals(box.seal(text, 'cameras/1/main'))).toBe(false);
    expect(sealed.includes('10.0.0.1')).toBe(false);
  });

  it('opens only where it belongs, whole, with its key', () => {
    const sealed = box.seal('secret', 'cameras/1/main');
    expect(() => box.open(sealed, 'cameras/2/main')).toThrow();
    expect(() => new SecretBox(randomBytes(32)).open(sealed, 'cameras/1/main')).toThrow();
    for (let i = 0; i < sealed.length; i += 1) {
      const damaged = Buffer.from(sealed);
      damaged[i] = (damaged[i] ?? 0) ^ 1;
      expect(() => box.open(damaged, 'cameras/1/main')).toThrow();
    }
    expect(() => box.open(sealed.subarray(0, 10), 'cameras/1/main')).toThrow('not a sealed secret');
  });

  it('refuses a key of another size', () => expect(() => new SecretBox(randomBytes(16))).toThrow(RangeError));
});

describe('passwords', () => {
  it('are stored as argon2id with a salt each', async () => {
    const [one, two] = await Promise.all([hashPassword('correct horse'), hashPassword('correct horse')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(one).not.toBe(two);
    expect(await verifyPassword('correct horse', one)).toBe(true);
    expect(await verifyPassword('correct horsf', one)).toBe(false);
    expect(await verifyPassword('', one)).toBe(false);
  });

  it('are the same however their letters were composed', async () => {
    const hash = await hashPassword('كلمة السرّ é');
    expect(await verifyPassword('كلمة السرّ e\u0301', hash)).toBe(true);
  });

  it.each(['', 'plain', '$argon2i$v=19$m=1,t=1,p=1$YQ$YQ', '$argon2id$v=19$m=1,t=1$YQ$YQ'])(
    'match no hash like %j',
    async (hash) => {
      expect(await verifyPassword('', hash)).toBe(false);
    },
  );
});
