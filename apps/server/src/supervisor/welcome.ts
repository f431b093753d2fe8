import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Config } from '../config.ts';
import type { DataFolder } from './data-folder.ts';
import { openAddresses } from './readiness.ts';

/** What stands on the terminal once people can sign in. */
export function welcomeLines(config: Config, folder: DataFolder, demonstration: boolean): string[] {
  const [first, ...others] = openAddresses(config.http);
  const file = join(folder.path, 'first-admin.json');
  const { login, password, operators } = firstSignIns(file);
  return [
    '',
    `  Open     ${first}${others.length > 0 ? `   (from other machines: ${others.join(', ')})` : ''}`,
    ...(login && password ? [`  Sign in  ${login} / ${password}   (shown until the password is changed)`] : []),
    ...(operators.length > 0
      ? [`           or as an operator: ${operators.map((one) => one.login).join(', ')}; passwords in ${file}`]
      : []),
    ...(demonstration ? [`  Cameras  ${config.demo.cameras} simulated ones, until you add your own`] : []),
    `  Data     ${folder.path}   logs in ${folder.logDir}`,
    '  Stop     Ctrl-C',
    '',
  ];
}

/** The api writes it at its first start, and takes out whose password has been changed. */
const FirstSignIns = z.object({
  login: z.string().optional(),
  password: z.string().optional(),
  operators: z.array(z.object({ login: z.string() })).default([]),
});

function firstSignIns(file: string): z.infer<typeof FirstSignIns> {
  return FirstSignIns.parse(existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {});
}
