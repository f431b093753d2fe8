import { join } from 'node:path';
import { pino } from 'pino';
import type { Config } from '../config.ts';
import { AuditService } from '../modules/audit/audit.service.ts';
import { FirstUsers } from '../modules/iam/first-users.ts';
import { IamRepository } from '../modules/iam/iam.repository.ts';
import { PasswordResetService } from '../modules/iam/password-reset.service.ts';
import type { Tables } from '../modules/tables.ts';
import { openDatabase } from '../platform/database/database.ts';
import { reachDatabase } from '../supervisor/reach-database.ts';
import { StartError } from '../supervisor/start-error.ts';
import { Terminal } from '../supervisor/terminal.ts';

/** Prints an administrator's new password, the only time it is ever shown. @returns the exit code */
export async function runResetAdminPassword(
  config: Config,
  login: string,
  terminal: Terminal = new Terminal(),
): Promise<number> {
  try {
    const { password, endedSessions, ...user } = await reachDatabase(config, (url) => reset(config, url, login));
    terminal.line(`New password of ${user.login}: ${password}`);
    terminal.line(`It is shown only now: sign in and change it. Sessions ended: ${endedSessions}.`);
    return 0;
  } catch (error) {
    terminal.failure(error);
    return 1;
  }
}

async function reset(config: Config, url: string, login: string) {
  const log = pino({ enabled: false });
  const database = openDatabase<Tables>({ url, connections: 1, log });
  try {
    const service = new PasswordResetService({
      repository: new IamRepository(database.sql),
      audit: new AuditService(database.sql),
      firstUsers: new FirstUsers({ sql: database.sql, file: join(config.dataDir, 'first-admin.json'), log }),
      now: Date.now,
    });
    const answer = await service.reset(login);
    if (answer.outcome === 'reset') return answer;
    const { administrators } = answer;
    throw new StartError(
      `${login} is not the login of an administrator.`,
      administrators.length > 0
        ? `Use --login with one of: ${administrators.join(', ')}.`
        : 'There is none: `marsad start` makes one and prints its password.',
    );
  } finally {
    await database.close();
  }
}
