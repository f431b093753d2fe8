import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { z } from 'zod';
import { type Config, childEnvironment } from '../config.ts';
import { installation } from './folders.ts';
import type { Launch } from './sibling/sibling.ts';
import { StartError } from './start-error.ts';

const simulator = join(installation, 'apps/simulator/src/main.ts');

/** A camera as the simulator prints it. */
const Listed = z.object({
  id: z.string(),
  name: z.string(),
  nameAr: z.string(),
  source: z.string(),
  rtspUrl: z.string(),
  subRtspUrl: z.string(),
  ptzEnabled: z.boolean(),
  ptzUrl: z.string().nullable(),
  location: z.object({ latitude: z.number(), longitude: z.number(), address: z.string() }),
});

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
    const cameras = Listed.array()
      .parse(JSON.parse(stdout))
      .map(({ nameAr, rtspUrl, subRtspUrl, ptzEnabled, ptzUrl, ...same }) => ({
        ...same,
        name_ar: nameAr,
        rtsp_url: rtspUrl,
        sub_rtsp_url: subRtspUrl,
        ptz_enabled: ptzEnabled,
        ptz_url: ptzUrl,
      }));
    writeFileSync(file, `${JSON.stringify(cameras, null, 2)}\n`, { mode: 0o600 });
    return file;
  } catch (error) {
    signal.throwIfAborted();
    throw new StartError(
      `The simulator did not say which cameras it has: ${String((error as { stderr?: string }).stderr || error)
        .trim()
        .slice(0, 400)}`,
      'Start without it: MARSAD_DEMO=off npm start',
      error,
    );
  }
}

export function launchFarm(config: Config, cacheDir: string): Launch {
  return {
    file: process.execPath,
    args: [simulator, 'farm', ...farmSize(config), '--cache', join(cacheDir, 'loops')],
    env: childEnvironment(),
    cwd: process.cwd(),
  };
}

/** Whether the farm is complete: cameras are moved once all pictures are made. */
export function farmAnswers({ demo }: Config): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port: demo.onvifPort });
    const answer = (value: boolean) => {
      socket.destroy();
      resolve(value);
    };
    socket.once('connect', () => answer(true)).once('error', () => answer(false));
    socket.setTimeout(1000, () => answer(false));
  });
}

/** What the farm is at, from the end of its log; `null` when it does not say. */
export function farmProgress(logEnd: string): string | null {
  // What stands before it is of an earlier start.
  const recent = logEnd.slice(Math.max(0, logEnd.lastIndexOf('farm is running')));
  const found = [...recent.matchAll(/"percent":(\d+),"msg":"encoding"/g)].at(-1);
  return found ? `drawing and encoding the cameras’ pictures, ${found[1]} % (only at the first start)` : null;
}

function farmSize({ demo }: Config): string[] {
  const ports = ['--port', String(demo.rtspPort), '--onvif-port', String(demo.onvifPort)];
  return ['--cameras', String(demo.cameras), ...ports];
}
