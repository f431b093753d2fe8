import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runFolder } from '../../run-folder.ts';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import { until } from '../../testing/until.ts';
import { awaitReady } from '../sibling/await-ready.ts';
import { PrivatePostgres } from './private-postgres.ts';

function makePostgres(dataDir: string, password = 'secret'): PrivatePostgres {
  const runDir = runFolder(dataDir);
  const postgres = new PrivatePostgres({ dataDir, runDir, logDir: join(dataDir, 'logs'), password });
  onTestFinished(async () => {
    await postgres.sibling.stop();
  });
  return postgres;
}

function ready(postgres: PrivatePostgres): Promise<void> {
  const { sibling } = postgres;
  return awaitReady({ siblings: [sibling], ready: () => postgres.ready(), timeoutMs: 30_000 });
}

async function query(url: string, text: string): Promise<unknown[][]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<unknown[]>({ text, rowMode: 'array' })).rows;
  } finally {
    await client.end();
  }
}

describe('private Postgres', () => {
  it('keeps what is committed through stops, kills and orphanage', async () => {
    const dataDir = temporaryFolder();
    const first = makePostgres(dataDir);
    expect(await first.sibling.start()).toBe('started');
    await ready(first);
    await query(first.url, 'create table t as select 1 as n');
    expect(await query(first.url, "select current_setting('data_checksums'), current_setting('fsync')")).toEqual([
      ['on', 'on'],
    ]);

    // Killed: it is started again and recovers.
    const killed = first.sibling.pid ?? 0;
    process.kill(killed, 'SIGKILL');
    await until(() => first.sibling.pid !== null && first.sibling.pid !== killed, 20_000);
    await ready(first);
    await query(first.url, 'insert into t values (2)');

    // Its supervisor gone without a trace: the cluster's own lock names it.
    rmSync(join(runFolder(dataDir), 'postgres.pid'));
    const second = makePostgres(dataDir);
    expect(await second.sibling.start()).toBe('adopted');
    expect(second.sibling.pid).toBe(first.sibling.pid);
    await ready(second);
    expect(await query(second.url, 'select n from t order by n')).toEqual([[1], [2]]);
    await second.sibling.stop();

    // A lock whose number another process has now, as after a restart of a container.
    writeFileSync(join(second.folder, '18', 'postmaster.pid'), `${process.pid}\n`);
    const third = makePostgres(dataDir);
    expect(await third.sibling.start()).toBe('started');
    await ready(third);
    expect(await query(third.url, 'select count(*)::int from t')).toEqual([[2]]);

    // The secrets of another installation.
    await expect(makePostgres(dataDir, 'wrong').ready()).rejects.toThrow(/does not accept the password/);
  }, 60_000);

  it('works under a path that is too long for a socket, and has spaces', async () => {
    const dataDir = join(temporaryFolder(), 'a folder with a name', 'x'.repeat(100));
    // Passable for the account of a database that root starts.
    mkdirSync(dataDir, { recursive: true, mode: 0o711 });
    const postgres = makePostgres(dataDir);
    const socketFolder = new URL(postgres.url).searchParams.get('host') ?? '';
    onTestFinished(() => {
      for (const folder of [socketFolder, runFolder(dataDir)]) rmSync(folder, { recursive: true, force: true });
    });
    await postgres.sibling.start();
    await ready(postgres);
    expect(await query(postgres.url, 'select 1')).toEqual([[1]]);
  }, 30_000);

  it('says so when its data is gone, or of another version', () => {
    const dataDir = temporaryFolder();
    const postgres = makePostgres(dataDir);
    const note = join(dataDir, 'postgres/location.json');
    expect(JSON.parse(readFileSync(note, 'utf8')).folder).toBe(postgres.folder);
    const kept = JSON.parse(readFileSync(note, 'utf8'));
    writeFileSync(note, JSON.stringify({ ...kept, folder: '/tmp/marsad-nowhere' }));
    expect(() => makePostgres(dataDir)).toThrow(/that folder is gone/);
    const other = process.getuid?.() === 0 ? null : { name: 'postgres', uid: 1, gid: 1 };
    writeFileSync(note, JSON.stringify({ ...kept, account: other }));
    expect(() => makePostgres(dataDir)).toThrow(/ordinary user|made by root/);
  });
});
