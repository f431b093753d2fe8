import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadConfig } from '../config.ts';
import { FirstUsers } from '../modules/iam/first-users.ts';
import type { Tables } from '../modules/tables.ts';
import { verifyPassword } from '../platform/crypto/password.ts';
import { openDatabase } from '../platform/database/database.ts';
import { migrate } from '../platform/database/migrate.ts';
import { runFolder } from '../run-folder.ts';
import { loadSecrets } from '../secrets.ts';
import { PrivatePostgres } from '../supervisor/postgres/private-postgres.ts';
import { awaitReady } from '../supervisor/sibling/await-ready.ts';
import { Terminal } from '../supervisor/terminal.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { silent, testApi } from '../testing/test-api.ts';
import { runResetAdminPassword } from './reset-admin-password.ts';

async function run(config: Parameters<typeof runResetAdminPassword>[0], login = 'admin') {
  let text = '';
  const code = await runResetAdminPassword(config, login, new Terminal({ write: (part) => (text += part) }));
  return { code, text, password: /password of \S+: (\S+)/.exec(text)?.[1] ?? '' };
}

async function bringPostgres(dataDir: string, secretsDir: string): Promise<PrivatePostgres> {
  const postgres = new PrivatePostgres({
    dataDir,
    runDir: runFolder(dataDir),
    logDir: join(dataDir, 'logs'),
    password: loadSecrets(secretsDir).databasePassword,
  });
  const { sibling } = postgres;
  onTestFinished(async () => {
    await sibling.stop();
  });
  await sibling.start();
  await awaitReady({ siblings: [sibling], ready: () => postgres.ready(), timeoutMs: 30_000 });
  return postgres;
}

describe('marsad reset-admin-password', () => {
  it('gives a new password while the api runs, ends the sessions under the old one and is written down', async () => {
    const api = await testApi();
    onTestFinished(() => api.close());
    const operator = await api.user('METRO', ['camera:METRO:view']);
    const other = await api.user('OTHER', ['admin:*']);
    const { auth } = api.client(await api.admin());
    const admin = await auth.me();
    await auth.makePlayerPassword();

    const { code, text, password } = await run(api.config);
    expect(code, text).toBe(0);
    expect(text).toContain('Sessions ended: 1.');
    expect(password).toMatch(/^([0-9a-f]{4}-){5}[0-9a-f]{4}$/);
    await expect(api.signIn('admin', api.adminPassword)).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
    const { created_at } = await api.client(await api.signIn('admin', password)).auth.playerPassword();
    expect(created_at).toBeNull();
    const sessions = await api.query<{ login: string; ended_reason: string | null }>(
      'select login, ended_reason from sessions join users on users.id = user_id order by sessions.created_at',
    );
    expect(sessions).toEqual([
      { login: operator.login, ended_reason: null },
      { login: other.login, ended_reason: null },
      { login: 'admin', ended_reason: 'password_changed' },
      { login: 'admin', ended_reason: null },
    ]);
    expect(
      await api.query("select actor_id, user_id, details from audit_log where event_type = 'password_reset'"),
    ).toEqual([{ actor_id: null, user_id: admin.id, details: { login: 'admin' } }]);
    // What is printed at every start would be wrong now.
    expect(existsSync(join(api.config.dataDir, 'first-admin.json'))).toBe(false);

    const second = await run(api.config, other.login);
    await api.signIn(other.login, second.password);
    await api.signIn('admin', password);
    const refused = await run(api.config, operator.login);
    expect(refused.code).toBe(1);
    expect(refused.text).toContain(`with one of: admin, ${other.login}.`);
  });

  it('brings the private database up when Marsad is stopped, and down again; makes none where there is none', async () => {
    const dataDir = temporaryFolder();
    const config = loadConfig({ MARSAD_DATA: dataDir }, dataDir);
    const nothing = await run(config);
    expect(nothing.code).toBe(1);
    expect(nothing.text).toMatch(/There is no database of Marsad in .*\n.*What to do: /);
    expect(existsSync(join(dataDir, 'postgres'))).toBe(false);

    const postgres = await bringPostgres(dataDir, config.secretsDir);
    await migrate({ url: postgres.url, log: silent });
    const database = openDatabase<Tables>({ url: postgres.url, connections: 1, log: silent });
    onTestFinished(() => database.close());
    const file = join(dataDir, 'first-admin.json');
    await new FirstUsers({ sql: database.sql, file, log: silent }).ensure(false);
    const first = (JSON.parse(readFileSync(file, 'utf8')) as { password: string }).password;
    const isPassword = async (word: string) => {
      const { password_hash } = await database.sql
        .selectFrom('users')
        .select('password_hash')
        .executeTakeFirstOrThrow();
      return verifyPassword(word, password_hash);
    };
    expect(await isPassword(first)).toBe(true);

    // Another's, running: it is left running.
    const whileRunning = await run(config);
    expect(await isPassword(whileRunning.password)).toBe(true);

    await postgres.sibling.stop();
    const stopped = await run(config);
    expect(stopped.code, stopped.text).toBe(0);
    expect(await postgres.ready()).toBe(false);
    expect(existsSync(join(runFolder(dataDir), 'supervisor.pid'))).toBe(false);
    await bringPostgres(dataDir, config.secretsDir);
    expect(await isPassword(stopped.password)).toBe(true);
    expect(await isPassword(whileRunning.password)).toBe(false);
  }, 60_000);
});
