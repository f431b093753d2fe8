import { randomBytes } from 'node:crypto';
import type { Profile } from '@marsad/contract';
import { formatSession } from '@marsad/media';
import type { RtspAddress } from './address.ts';
import type { Fields } from './reply.ts';

/** Seconds a session lives without a sign of its client. */
export const SESSION_TIMEOUT = 60;

/** A session as requests name it (RFC 2326 3.4), and what it is about. */
export class SessionTarget {
  /** As requests name it. */
  readonly id = randomBytes(8).toString('hex').toUpperCase();
  /** As access knows it. */
  readonly admission: string;
  /** What the client named; a publisher that named a key has its camera here instead. */
  readonly path: string;
  readonly profile: Profile;
  /** `Content-Base` of the presentation. */
  readonly base: string;
  readonly camera: string;
  readonly begun = performance.now();

  constructor(
    { path, profile, base }: Pick<RtspAddress, 'path' | 'profile' | 'base'>,
    camera: string,
    admission: string,
  ) {
    this.admission = admission;
    this.path = path;
    this.profile = profile;
    this.base = base;
    this.camera = camera;
  }

  get field(): Fields {
    return { Session: formatSession(this.id, SESSION_TIMEOUT) };
  }
}
