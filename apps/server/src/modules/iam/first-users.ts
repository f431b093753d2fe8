import { chmod, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { type Source, sources } from '@marsad/contract';
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import { hashPassword } from '../../platform/crypto/password.ts';
import type { Log } from '../../platform/log/log.ts';
import type { Tables } from '../tables.ts';
import { newPassword } from './new-password.ts';

const Entry = z.object({ login: z.string(), password: z.string() });

/** What the file holds: sign-ins made here whose passwords nobody has changed yet. */
export const FirstUsersFile = z.object({
  login: z.string().optional(),
  password: z.string().optional(),
  operators: z.array(Entry.extend({ agency: z.string() })).optional(),
});
type FirstUsersFile = z.infer<typeof FirstUsersFile>;

export interface FirstUsersOptions {
  readonly sql: Kysely<Tables>;
  /** Path of the file with the generated passwords. */
  readonly file: string;
  readonly log: Log;
}

const operators: Record<Source, { login: string; name: string; name_ar: string }> = {
  DUBAI_POLICE: { login: 'police', name: 'Police operator', name_ar: 'مشغّل الشرطة' },
  METRO: { login: 'metro', name: 'Metro operator', name_ar: 'مشغّل المترو' },
  BUS: { login: 'bus', name: 'Bus operator', name_ar: 'مشغّل الحافلات' },
  OTHER: { login: 'other', name: 'Operator', name_ar: 'مشغّل' },
};

/** Any number that no other lock of ours uses: two processes that start together must not make two administrators. */
const lockNumber = 7_241_001;

/**
 * The sign-ins an empty installation begins with: an administrator, and for a demonstration one operator per agency.
 * Their passwords are random and stand in one file that only its owner can read.
 */
export class FirstUsers {
  readonly #o: FirstUsersOptions;

  constructor(options: FirstUsersOptions) {
    this.#o = options;
  }

  /** Makes those that are missing. Safe to call at every start. */
  async ensure(demo: boolean): Promise<void> {
    await this.#o.sql.transaction().execute(async (trx) => {
      await sql`select pg_advisory_xact_lock(${lockNumber})`.execute(trx);
      const users = await trx.selectFrom('users').select(['login', 'permissions']).execute();
      const file: FirstUsersFile = users.length === 0 ? {} : await this.#read();
      const added: { row: NewUser; password: string }[] = [];

      if (!users.some((user) => user.permissions.includes('admin:*'))) {
        const password = newPassword();
        added.push({ row: administrator, password });
        Object.assign(file, { login: administrator.login, password });
      }
      const others = users.some((user) => !user.permissions.includes('admin:*'));
      if (demo && !others) {
        const made = sources.map((source) => ({ row: operatorOf(source), password: newPassword() }));
        added.push(...made);
        file.operators = made.map(({ row, password }) => ({ login: row.login, password, agency: row.agency }));
      }
      if (added.length === 0) return;
      // Before the rows: a crash in between costs a file that the next start writes anew, not a forgotten password.
      await this.#write(file);
      for (const { row, password } of added) {
        await trx
          .insertInto('users')
          .values({ ...row, password_hash: await hashPassword(password) })
          .execute();
      }
      this.#o.log.info({ file: this.#o.file, users: added.map(({ row }) => row.login) }, 'first sign-ins were made');
    });
  }

  /** Takes a sign-in out of the file once its password has been changed; an empty file goes. */
  async forget(login: string): Promise<void> {
    const { login: admin, password, operators = [] } = await this.#read();
    const rest = operators.filter((entry) => entry.login !== login);
    const keep: FirstUsersFile = {
      ...(admin !== undefined && password !== undefined && admin !== login ? { login: admin, password } : {}),
      ...(rest.length > 0 ? { operators: rest } : {}),
    };
    if (Object.keys(keep).length === 0) await rm(this.#o.file, { force: true });
    else await this.#write(keep);
  }

  async #read(): Promise<FirstUsersFile> {
    try {
      return FirstUsersFile.parse(JSON.parse(await readFile(this.#o.file, 'utf8')));
    } catch {
      return {};
    }
  }

  async #write(content: FirstUsersFile): Promise<void> {
    const draft = `${this.#o.file}.${process.pid}.draft`;
    await writeFile(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600, flush: true });
    await chmod(draft, 0o600);
    await rename(draft, this.#o.file);
  }
}

type NewUser = {
  login: string;
  display_name: string;
  display_name_ar: string;
  agency: Source;
  permissions: string[];
};

const administrator: NewUser = {
  login: 'admin',
  display_name: 'Administrator',
  display_name_ar: 'مدير النظام',
  agency: 'OTHER',
  permissions: ['admin:*'],
};

function operatorOf(source: Source): NewUser {
  const { login, name, name_ar } = operators[source];
  return {
    login,
    display_name: name,
    display_name_ar: name_ar,
    agency: source,
    permissions: [`camera:${source}:*`, `clip:${source}:view`, `clip:${source}:create`, `clip:${source}:download`],
  };
}
