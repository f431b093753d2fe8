import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { type Config, childEnvironment } from '../config.ts';
import { installation } from './folders.ts';
import type { Launch } from './sibling/sibling.ts';
import { StartError } from './start-error.ts';

const simulator = join(installation, 'apps/simulator/src/main.ts');

/** Whether the simulator's cameras are wanted: on demand, or as long as no administrator has added a camera. */
export async function demonstrationWanted(mode: Config['demo']['mode'], databaseUrl: string): Promise<boolean> {
  if (mode !== 'auto') return mode === 'on';
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    const { rows } = await client.query<{ real: boolean }>(
      'select exists (select from cameras where not demo) as real',
    );
    return rows[0]?.real !== true;
  } finally {
    await client.end();
  }
}

/** Asks the simulator which cameras it has and writes that down for the api. @returns the file */
export async function writeDemonstrationList(config: Config, dataDir: string, signal: AbortSignal): Promise<string> {
  const file = join(dataDir, 'demo-cameras.json');
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [simulator, 'list', ...farmSize(config)], {
      env: childEnvironment(),
      signal,
      maxBuffer: 16 * 1024 * 1024,
    });
    writeFileSync(file, stdout, { mode: 0o600 });
    return file;
  } catch (error) {
    signal.throwIfAborted();
    throw new StartError(
      `The simulator did not say which cameras it has: ${String((error as { stderr?: string }).stderr || error).trim()}`,
      'Start without it: MARSAD_DEMO=off npm start',
      error,
    );
  }
}

export function launchFarm(config: Config, cacheDir: string): Launch {
  return {
    file: process.execPath,
    args: [simulator, 'farm', ...farmSize(config), '--cache', cacheDir],
    env: childEnvironment(),
    cwd: process.cwd(),
  };
}

function farmSize({ demo }: Config): string[] {
  return ['--cameras', String(demo.cameras), '--port', String(demo.rtspPort)];
}
