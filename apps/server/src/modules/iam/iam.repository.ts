import { createHash, randomBytes } from 'node:crypto';
import { isAdmin } from '@marsad/contract';
import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import type { Origin } from '../../platform/auth/identity.ts';
import type { Tables } from '../tables.ts';
import type { IamTables } from './iam.tables.ts';

export type UserRow = Selectable<IamTables['users']>;

/** What became of a refresh token that was shown. */
export type Rotation =
  | { readonly outcome: 'rotated'; readonly token: string; readonly session: string; readonly user: UserRow }
  | { readonly outcome: 'refused' }
  | { readonly outcome: 'reused'; readonly user: string; readonly session: string };

export interface SessionTimes {
  readonly now: number;
  /** Milliseconds a session lives without being used. */
  readonly lifetime: number;
}

/**
 * How long a used token is still exchanged: two tabs that wake up together both show the one they have, and an answer
 * lost on the way must not end the session.
 */
const graceMs = 10_000;

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether somebody may still be here, and what for. */
export interface Standing {
  readonly id: string;
  readonly name: string;
  readonly nameAr: string;
  readonly active: boolean;
  readonly permissions: readonly string[];
}

const hashOf = (token: string) => createHash('sha256').update(token).digest();

/** Users, sessions and refresh tokens. */
export class IamRepository {
  readonly #sql: Kysely<Tables>;

  constructor(database: Kysely<Tables>) {
    this.#sql = database;
  }

  async userByLogin(login: string): Promise<UserRow | undefined> {
    return this.#sql
      .selectFrom('users')
      .selectAll()
      .where(sql`lower(login)`, '=', login.toLowerCase())
      .executeTakeFirst();
  }

  async userById(id: string): Promise<UserRow | undefined> {
    return this.#sql.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst();
  }

  /** Logins of those who may administer, disabled ones left out, in alphabetical order. */
  async administrators(): Promise<string[]> {
    const rows = await this.#sql
      .selectFrom('users')
      .select(['login', 'permissions'])
      .where('status', '=', 'ACTIVE')
      .orderBy('login')
      .execute();
    return rows.filter(({ permissions }) => isAdmin(permissions)).map(({ login }) => login);
  }

  /** @returns those who have an account here */
  async standing(ids: readonly string[]): Promise<Standing[]> {
    const known = ids.filter((id) => uuid.test(id));
    if (known.length === 0) return [];
    const rows = await this.#sql
      .selectFrom('users')
      .select(['id', 'display_name', 'display_name_ar', 'status', 'permissions'])
      .where('id', 'in', known)
      .execute();
    return rows.map(({ id, display_name, display_name_ar, status, permissions }) => ({
      id,
      name: display_name,
      nameAr: display_name_ar,
      active: status === 'ACTIVE',
      permissions,
    }));
  }

  /** @returns the first refresh token of a new session */
  async openSession(user: string, origin: Origin, { now, lifetime }: SessionTimes) {
    return this.#sql.transaction().execute(async (trx) => {
      const { id } = await trx
        .insertInto('sessions')
        .values({
          user_id: user,
          last_used_at: new Date(now),
          expires_at: new Date(now + lifetime),
          ip_address: origin.address,
          user_agent: origin.userAgent,
        })
        .returning('id')
        .executeTakeFirstOrThrow();
      return { session: id, token: await addToken(trx, id) };
    });
  }

  /** Exchanges a refresh token for the next one. Whatever is wrong with it is an answer, not an error. */
  async rotate(token: string, { now, lifetime }: SessionTimes): Promise<Rotation> {
    return this.#sql.transaction().execute(async (trx): Promise<Rotation> => {
      const hash = hashOf(token);
      const found = await trx
        .selectFrom('refresh_tokens')
        .innerJoin('sessions', 'sessions.id', 'refresh_tokens.session_id')
        .select(['sessions.id as session', 'sessions.user_id as user', 'sessions.expires_at', 'sessions.ended_at'])
        .select('refresh_tokens.used_at')
        .where('refresh_tokens.hash', '=', hash)
        // The session is what tabs compete for: locked, they take their turns.
        .forUpdate()
        .executeTakeFirst();
      if (found === undefined || found.ended_at !== null || found.expires_at.getTime() <= now) {
        return { outcome: 'refused' };
      }
      if (found.used_at !== null && now - found.used_at.getTime() > graceMs) {
        await trx
          .updateTable('sessions')
          .set({ ended_at: new Date(now), ended_reason: 'token_reused' })
          .where('id', '=', found.session)
          .execute();
        return { outcome: 'reused', user: found.user, session: found.session };
      }
      const user = await trx.selectFrom('users').selectAll().where('id', '=', found.user).executeTakeFirst();
      if (user === undefined || user.status !== 'ACTIVE') return { outcome: 'refused' };
      if (found.used_at === null) {
        await trx
          .updateTable('refresh_tokens')
          .set({ used_at: new Date(now) })
          .where('hash', '=', hash)
          .execute();
      }
      await trx
        .updateTable('sessions')
        .set({ last_used_at: new Date(now), expires_at: new Date(now + lifetime) })
        .where('id', '=', found.session)
        .execute();
      return { outcome: 'rotated', token: await addToken(trx, found.session), session: found.session, user };
    });
  }

  /** Ends the session of a refresh token. @returns whose it was, or null when there is none that lives */
  async endSession(token: string, now: number): Promise<{ session: string; user: string } | null> {
    const ended = await this.#sql
      .updateTable('sessions')
      .set({ ended_at: new Date(now), ended_reason: 'logout' })
      .where('ended_at', 'is', null)
      .where('id', 'in', (in_) =>
        in_.selectFrom('refresh_tokens').select('session_id').where('hash', '=', hashOf(token)),
      )
      .returning(['id', 'user_id'])
      .executeTakeFirst();
    return ended ? { session: ended.id, user: ended.user_id } : null;
  }

  /** Sets the hash, ends every session but `keep`, and the password for players. @returns how many sessions were ended */
  async changePassword(
    trx: Transaction<Tables>,
    user: string,
    hash: string,
    keep: string | null,
    now: number,
  ): Promise<number> {
    const at = new Date(now);
    await trx.updateTable('users').set({ password_hash: hash, updated_at: at }).where('id', '=', user).execute();
    // Somebody else may have made it, with what is changed now.
    await this.setPlayerPassword(trx, user, null);
    let sessions = trx
      .updateTable('sessions')
      .set({ ended_at: at, ended_reason: 'password_changed' })
      .where('user_id', '=', user)
      .where('ended_at', 'is', null);
    if (keep !== null) sessions = sessions.where('id', '!=', keep);
    const { numUpdatedRows } = await sessions.executeTakeFirst();
    return Number(numUpdatedRows);
  }

  /** @param secret sealed; null removes it. @returns whether there was one */
  async setPlayerPassword(trx: Transaction<Tables>, user: string, secret: Buffer | null): Promise<boolean> {
    const { numDeletedRows } = await trx
      .deleteFrom('player_passwords')
      .where('user_id', '=', user)
      .executeTakeFirstOrThrow();
    if (secret !== null) await trx.insertInto('player_passwords').values({ user_id: user, secret }).execute();
    return numDeletedRows > 0n;
  }

  /** Since when somebody has a password for players; null without. */
  async playerPasswordSince(user: string): Promise<Date | null> {
    const row = await this.#sql
      .selectFrom('player_passwords')
      .select('created_at')
      .where('user_id', '=', user)
      .executeTakeFirst();
    return row?.created_at ?? null;
  }

  /** Somebody by login, with the sealed password for players, if there is one. */
  async playerByLogin(login: string): Promise<{ user: UserRow; secret: Buffer | null } | undefined> {
    const row = await this.#sql
      .selectFrom('users')
      .leftJoin('player_passwords', 'player_passwords.user_id', 'users.id')
      .selectAll('users')
      .select('player_passwords.secret')
      .where(sql`lower(login)`, '=', login.toLowerCase())
      .executeTakeFirst();
    if (row === undefined) return undefined;
    const { secret, ...user } = row;
    return { user, secret };
  }

  transaction<T>(work: (trx: Transaction<Tables>) => Promise<T>): Promise<T> {
    return this.#sql.transaction().execute(work);
  }

  /** Removes sessions, and with them tokens, that have been over for 30 days. */
  async forgetSessions(now: number): Promise<void> {
    await this.#sql
      .deleteFrom('sessions')
      .where('expires_at', '<', new Date(now - 30 * 86_400_000))
      .execute();
  }
}

async function addToken(trx: Transaction<Tables>, session: string): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  await trx
    .insertInto('refresh_tokens')
    .values({ hash: hashOf(token), session_id: session, used_at: null })
    .execute();
  return token;
}
