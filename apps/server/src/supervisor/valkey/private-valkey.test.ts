import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Valkey } from 'iovalkey';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runFolder } from '../../run-folder.ts';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import { until } from '../../testing/until.ts';
import { cacheFolder } from '../folders.ts';
import { findValkey } from './binaries.ts';
import { hasDebianPackages } from './debian-packages.ts';
import { PrivateValkey } from './private-valkey.ts';

function makeValkey(dataDir: string): PrivateValkey {
  const program = () => findValkey(process.env.PATH ?? '', cacheFolder(null, dataDir));
  const valkey = new PrivateValkey({ dataDir, runDir: runFolder(dataDir), logDir: join(dataDir, 'logs'), program });
  onTestFinished(async () => {
    await valkey.sibling.stop();
  });
  return valkey;
}

async function withClient<T>(url: string, work: (client: Valkey) => Promise<T>): Promise<T> {
  const client = new Valkey(url);
  client.on('error', () => {});
  try {
    return await work(client);
  } finally {
    client.disconnect();
  }
}

describe('private Valkey', () => {
  it('keeps its counters through stops, kills and orphanage', async () => {
    const dataDir = temporaryFolder();
    const first = makeValkey(dataDir);
    expect(await first.sibling.start()).toBe('started');
    await until(() => first.ready());
    await withClient(first.url, async (client) => {
      expect(await client.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction']);
      await client.set('count', 7);
    });
    // Flushed every second: what is older than that is there after a crash.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const killed = first.sibling.pid ?? 0;
    process.kill(killed, 'SIGKILL');
    await until(() => first.sibling.pid !== null && first.sibling.pid !== killed);
    await until(() => first.ready());
    expect(await withClient(first.url, (client) => client.get('count'))).toBe('7');

    rmSync(join(runFolder(dataDir), 'valkey.pid'));
    const second = makeValkey(dataDir);
    expect(await second.sibling.start()).toBe('adopted');
    expect(second.sibling.pid).toBe(first.sibling.pid);
    await withClient(second.url, (client) => client.incr('count'));
    expect(await second.sibling.stop()).toBe('ended');

    const third = makeValkey(dataDir);
    expect(await third.sibling.start()).toBe('started');
    await until(() => third.ready());
    expect(await withClient(third.url, (client) => client.get('count'))).toBe('8');
  }, 30_000);
});

describe('valkey-server', () => {
  it('is taken from the path when it is new enough', async () => {
    const folder = temporaryFolder();
    const program = (version: string) => {
      mkdirSync(join(folder, version));
      const file = join(folder, version, 'valkey-server');
      writeFileSync(file, `#!/bin/sh\necho "Valkey server v=${version}.1 sha=0"\n`);
      chmodSync(file, 0o755);
      return join(folder, version);
    };
    const path = `${program('7.2')}:${program('8.0')}`;
    expect(await findValkey(path, folder)).toEqual({ file: join(folder, '8.0/valkey-server'), libraries: null });
  });

  it('comes from Debian 12 only where that is', () => {
    const release = join(temporaryFolder(), 'os-release');
    writeFileSync(release, 'ID=debian\nVERSION_CODENAME=bookworm\n');
    expect(hasDebianPackages(release, process.execPath)).toBe(true);
    expect(hasDebianPackages(release, '/no/apt-get')).toBe(false);
    writeFileSync(release, 'ID=ubuntu\nVERSION_CODENAME=noble\n');
    expect(hasDebianPackages(release, process.execPath)).toBe(false);
  });
});
