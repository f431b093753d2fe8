import { createHash, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from './config.ts';

/** What this installation made up at its first start and must never lose: whoever backs up the data must back these up. */
export interface Secrets {
  /** Encrypts the passwords in camera URLs: 32 bytes (AES-256). */
  cameraKey: Buffer;
  /** Signs the tokens of viewers and the webhooks of the edge. */
  livekit: { apiKey: string; apiSecret: string };
  /** Shared by api and media nodes. */
  rpcSecret: string;
  /** Signs access tokens (RS256): PKCS #8 in PEM, and the key id published in the JWKS. */
  issuer: { privateKeyPem: string; keyId: string };
  /** Of the private database's owner. */
  databasePassword: string;
}

/** Those a media node needs. It has ports that anybody reaches: it gets no key to passwords, sign-ins or the database. */
export type NodeSecrets = Pick<Secrets, 'livekit' | 'rpcSecret'>;

/**
 * Reads the secrets, making those that are missing. Files are 0600 in a folder of 0700.
 * Safe to call from several processes at once: the first to write wins, and all answer the same.
 * @throws NodeJS.ErrnoException when the folder can be neither read nor made
 */
export function loadSecrets(folder: string): Secrets {
  const ofNodes = loadNodeSecrets(folder);
  const issuerPem = secretFile(folder, 'issuer.pem', makeIssuerKey);
  return {
    ...ofNodes,
    cameraKey: Buffer.from(
      secretFile(folder, 'camera-key', () => randomBytes(32).toString('base64')),
      'base64',
    ),
    issuer: {
      privateKeyPem: issuerPem,
      keyId: keyIdOf(issuerPem),
    },
    databasePassword: secretFile(folder, 'database', () => randomText(24)),
  };
}

/** As {@link loadSecrets}, and neither reads nor makes any other file. */
export function loadNodeSecrets(folder: string): NodeSecrets {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  tighten(folder, 0o700);
  const livekit = secretFile(folder, 'livekit', () => `API${randomText(9)}:${randomText(32)}`);
  const colon = livekit.indexOf(':');
  return {
    livekit: { apiKey: livekit.slice(0, colon), apiSecret: livekit.slice(colon + 1) },
    rpcSecret: secretFile(folder, 'rpc', () => randomText(32)),
  };
}

/** Key and secret of the LiveKit API: as configured, else our own. */
export function livekitCredentials(config: Config, secrets: NodeSecrets): { apiKey: string; apiSecret: string } {
  const { apiKey, apiSecret } = config.livekit;
  return apiKey !== null && apiSecret !== null ? { apiKey, apiSecret } : secrets.livekit;
}

function secretFile(folder: string, name: string, make: () => string): string {
  const path = join(folder, name);
  try {
    const found = readFileSync(path, 'utf8').trim();
    tighten(path, 0o600);
    return found;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  // link() fails when the name exists, so a reader sees a whole secret or none, and only one process's stays.
  const draft = `${path}.${process.pid}.${randomText(4)}`;
  writeFileSync(draft, `${make()}\n`, { mode: 0o600, flag: 'wx', flush: true });
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  return readFileSync(path, 'utf8').trim();
}

/** A folder mounted read-only keeps its modes: its owner's choice. */
function tighten(path: string, mode: number): void {
  try {
    chmodSync(path, mode);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EPERM' && code !== 'EROFS') throw error;
  }
}

function randomText(bytes: number): string {
  return randomBytes(bytes).toString('base64url');
}

/** From the public half: an id travels in every token. */
function keyIdOf(privateKeyPem: string): string {
  const publicKey = createPublicKey(privateKeyPem).export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(publicKey).digest('base64url').slice(0, 16);
}

function makeIssuerKey(): string {
  return generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString()
    .trim();
}
