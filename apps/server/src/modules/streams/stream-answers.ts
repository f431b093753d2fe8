import { type Quality, type Source, sources } from '@marsad/contract';

/**
 * What the scripts answer, as values. They are our own, so a shape that is not as agreed is a mistake here and thrown as
 * such; nothing is validated piece by piece, because these run thousands of times a second.
 */
export type ReserveOutcome =
  | {
      readonly outcome: 'reserved' | 'kept';
      readonly id: string;
      readonly identity: string;
      readonly expiresAt: number;
    }
  | { readonly outcome: 'full'; readonly current: number; readonly limit: number }
  | { readonly outcome: 'not-new' }
  | { readonly outcome: 'lost' };

export type Released =
  | { readonly outcome: 'released' | 'already'; readonly source: Source; readonly user: string }
  | { readonly outcome: 'unknown' }
  | { readonly outcome: 'lost' };

/** A reservation that is over and whose media has to be stopped. */
export interface EndedReservation {
  readonly id: string;
  readonly camera: string;
  readonly source: string;
  readonly user: string;
  readonly room: string;
  readonly identity: string;
  readonly cause: string;
}

/** A reservation that is held. Times are milliseconds since the epoch. */
export interface HeldReservation {
  readonly id: string;
  readonly camera: string;
  readonly source: Source;
  readonly user: string;
  readonly room: string;
  readonly identity: string;
  readonly quality: Quality;
  readonly createdAt: number;
  readonly beatAt: number;
  readonly expiresAt: number;
}

/** What a room shows, and the viewer it is shown to. */
export interface ShownReservation {
  readonly id: string;
  readonly camera: string;
  readonly identity: string;
}

export interface SourceUse {
  readonly source: Source;
  readonly current: number;
  /** Null while the limits are not known. */
  readonly limit: number | null;
  readonly reservations: number;
  readonly cameras: readonly { readonly id: string; readonly viewers: number; readonly since: number }[];
}

export function readReserve(answer: unknown): ReserveOutcome {
  const [word, ...rest] = arrayOf(answer);
  switch (word) {
    case 'OK':
    case 'KEPT':
      return {
        outcome: word === 'OK' ? 'reserved' : 'kept',
        id: String(rest[0]),
        identity: String(rest[1]),
        expiresAt: Number(rest[2]),
      };
    case 'FULL':
      return { outcome: 'full', current: Number(rest[0]), limit: Number(rest[1]) };
    case 'NOT_NEW':
      return { outcome: 'not-new' };
    case 'LOST':
      return { outcome: 'lost' };
    default:
      throw unexpected(answer);
  }
}

export function readRelease(answer: unknown): Released {
  const [word, source, user] = arrayOf(answer);
  switch (word) {
    case 'RELEASED':
    case 'ALREADY':
      return { outcome: word === 'RELEASED' ? 'released' : 'already', source: sourceOf(source), user: String(user) };
    case 'UNKNOWN':
      return { outcome: 'unknown' };
    case 'LOST':
      return { outcome: 'lost' };
    default:
      throw unexpected(answer);
  }
}

export function readStats(answer: unknown): SourceUse[] {
  return arrayOf(answer).map((each) => {
    const [source, current, limit, reservations, cameras] = arrayOf(each);
    return {
      source: sourceOf(source),
      current: Number(current),
      limit: Number(limit) < 0 ? null : Number(limit),
      reservations: Number(reservations),
      cameras: rows(cameras, 3).map(([id, viewers, since]) => ({
        id: String(id),
        viewers: Number(viewers),
        since: Number(since),
      })),
    };
  });
}

export function readHeld(answer: unknown): (Omit<HeldReservation, 'beatAt' | 'expiresAt'> & { over: number })[] {
  return rows(answer, 9).map(([id, camera, source, user, room, identity, quality, createdAt, over]) => ({
    id: String(id),
    camera: String(camera),
    source: sourceOf(source),
    user: String(user),
    room: String(room),
    identity: String(identity),
    quality: quality === 'high' || quality === 'low' ? quality : 'medium',
    createdAt: Number(createdAt),
    over: Number(over),
  }));
}

export function readDue(answer: unknown): { lost: boolean; expired: number; ended: EndedReservation[] } {
  const [lost, expired, taken] = arrayOf(answer);
  return {
    lost: lost === 1,
    expired: Number(expired),
    ended: rows(taken, 7).map(([id, camera, source, user, room, identity, cause]) => ({
      id: String(id),
      camera: String(camera),
      source: String(source),
      user: String(user),
      room: String(room),
      identity: String(identity),
      cause: String(cause),
    })),
  };
}

/** Milliseconds since the epoch, or 0, or -1. */
export function readTimes(answer: unknown): number[] {
  return arrayOf(answer).map(Number);
}

export function readShown(answer: unknown): ShownReservation[] {
  return rows(answer, 3).map(([id, camera, identity]) => ({
    id: String(id),
    camera: String(camera),
    identity: String(identity),
  }));
}

const observed = ['ALIVE', 'RESTORED', 'ENDED', 'UNKNOWN'] as const;

/** What became of a reservation that is watched. */
export type Observed = (typeof observed)[number];

export function readWords(answer: unknown): Observed[] {
  return arrayOf(answer).map((word) => {
    const known = observed.find((each) => each === word);
    if (known === undefined) throw unexpected(word);
    return known;
  });
}

function rows(answer: unknown, width: number): unknown[][] {
  const flat = arrayOf(answer);
  return Array.from({ length: flat.length / width }, (_, i) => flat.slice(i * width, (i + 1) * width));
}

function arrayOf(answer: unknown): unknown[] {
  if (Array.isArray(answer)) return answer;
  throw unexpected(answer);
}

function sourceOf(text: unknown): Source {
  const source = sources.find((each) => each === text);
  if (source === undefined) throw unexpected(text);
  return source;
}

function unexpected(answer: unknown): Error {
  return new Error(`a script answered ${JSON.stringify(answer)?.slice(0, 200)}`);
}
