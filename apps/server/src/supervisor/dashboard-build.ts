import { execFile } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { childEnvironment } from '../config.ts';
import { installation } from './folders.ts';
import { StartError } from './start-error.ts';

const dashboard = join(installation, 'apps/dashboard');
const sources = ['src', 'public', 'index.html', 'vite.config.ts', 'package.json', '../../packages/contract/src'];

/** Whether the built web app is missing or older than what it is made of. */
export function dashboardIsStale(folder = dashboard, parts = sources): boolean {
  const page = join(folder, 'dist/index.html');
  if (!existsSync(page)) return true;
  const built = statSync(page).mtimeMs;
  return parts.some((part) => newest(join(folder, part)) > built);
}

/** @throws StartError with the end of the build's output */
export function buildDashboard(signal: AbortSignal): Promise<void> {
  const vite = join(installation, 'node_modules/vite/bin/vite.js');
  return new Promise((resolve, reject) => {
    const options = { cwd: dashboard, env: childEnvironment(), signal, maxBuffer: 16 * 1024 * 1024 };
    execFile(process.execPath, [vite, 'build', '--logLevel', 'warn'], options, (error, stdout, stderr) => {
      if (!error) return resolve();
      if (signal.aborted) return reject(signal.reason);
      const output = `${stdout}${stderr}`.trim().split('\n').slice(-15).join('\n');
      reject(
        new StartError(
          `The dashboard could not be built:\n${output}`,
          `Build it by hand to see more: npm run build -w @marsad/dashboard. The folder ${join(dashboard, 'dist')} must be writable.`,
          error,
        ),
      );
    });
  });
}

function newest(path: string): number {
  if (!existsSync(path)) return 0;
  const found = statSync(path);
  if (!found.isDirectory()) return found.mtimeMs;
  // A test is no part of the page.
  const names = readdirSync(path).filter((name) => !name.includes('.test.'));
  return Math.max(0, ...names.map((name) => newest(join(path, name))));
}
