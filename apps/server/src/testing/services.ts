import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { childEnvironment } from '../config.ts';
import { runFolder } from '../run-folder.ts';
import { cacheFolder } from '../supervisor/folders.ts';
import { PrivatePostgres } from '../supervisor/postgres/private-postgres.ts';
import { awaitReady } from '../supervisor/sibling/await-ready.ts';
import { claimPidFile, readPidFile } from '../supervisor/sibling/pid-file.ts';
import { endProcess } from '../supervisor/sibling/process-identity.ts';
import { findValkey } from '../supervisor/valkey/binaries.ts';
import { PrivateValkey } from '../supervisor/valkey/private-valkey.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Owner's URL of the database `postgres` in the cluster of this test run. */
    postgresUrl: string;
    valkeyUrl: string;
  }
}

const folderPrefix = '/tmp/marsad-test-';

/**
 * Vitest's global set-up: one real Postgres and one real Valkey for the whole run, brought by the supervisor's own
 * starters. Test files get their part of them from `testDatabase()` and `testValkey()`.
 */
export default async function startServices(project: TestProject): Promise<() => Promise<void>> {
  await sweep();
  const dataDir = mkdtempSync(folderPrefix);
  // Passed through by the database's account when root runs the tests.
  chmodSync(dataDir, 0o711);
  const runDir = runFolder(dataDir);
  claimPidFile(ownerFile(dataDir));
  const logDir = join(dataDir, 'logs');
  const postgres = new PrivatePostgres({ dataDir, runDir, logDir, password: 'test' });
  const searchPath = childEnvironment().PATH ?? '';
  const program = () => findValkey(searchPath, cacheFolder(null, dataDir));
  const valkey = new PrivateValkey({ dataDir, runDir, logDir, program });
  await Promise.all([postgres, valkey].map(startAndWait));
  project.provide('postgresUrl', postgres.urlOf('postgres'));
  project.provide('valkeyUrl', valkey.url);
  return async () => {
    await Promise.all([postgres.sibling.stop(), valkey.sibling.stop()]);
    rmSync(dataDir, { recursive: true, force: true });
  };
}

async function startAndWait(service: PrivatePostgres | PrivateValkey): Promise<void> {
  const { sibling } = service;
  await sibling.start();
  await awaitReady({ siblings: [sibling], ready: () => service.ready(), timeoutMs: 60_000 });
}

/** Ends what a run that was killed has left. */
async function sweep(): Promise<void> {
  const folders = readdirSync('/tmp').map((name) => join('/tmp', name));
  for (const folder of folders.filter((path) => path.startsWith(folderPrefix))) {
    try {
      if (readPidFile(ownerFile(folder))) continue;
      for (const name of ['postgres', 'valkey']) {
        const left = readPidFile(join(folder, 'run', `${name}.pid`));
        if (left) await endProcess(left, 'SIGINT', 5000);
      }
      rmSync(folder, { recursive: true, force: true });
    } catch {
      // Another account's, which is not ours to clear.
    }
  }
}

function ownerFile(dataDir: string): string {
  return join(dataDir, 'owner.pid');
}
