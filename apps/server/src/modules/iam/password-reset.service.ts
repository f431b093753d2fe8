import { hashPassword } from '../../platform/crypto/password.ts';
import type { AuditService } from '../audit/audit.service.ts';
import type { FirstUsers } from './first-users.ts';
import type { IamRepository } from './iam.repository.ts';
import { newPassword } from './new-password.ts';

export interface PasswordResetOptions {
  readonly repository: IamRepository;
  readonly audit: AuditService;
  readonly firstUsers: FirstUsers;
  readonly now: () => number;
}

export type PasswordResetOutcome =
  | { readonly outcome: 'reset'; readonly login: string; readonly password: string; readonly endedSessions: number }
  /** Nobody who may administer has that login: these do. Nothing was changed. */
  | { readonly outcome: 'not_an_administrator'; readonly administrators: readonly string[] };

/** For whoever may read the machine's files but has lost the password: nothing less could give a new one. */
export class PasswordResetService {
  readonly #o: PasswordResetOptions;

  constructor(options: PasswordResetOptions) {
    this.#o = options;
  }

  /** Gives an administrator a new password and ends all sessions under the old one. */
  async reset(login: string): Promise<PasswordResetOutcome> {
    const { repository, audit, firstUsers, now } = this.#o;
    const administrators = await repository.administrators();
    const user = await repository.userByLogin(login);
    if (user === undefined || !administrators.includes(user.login)) {
      return { outcome: 'not_an_administrator', administrators };
    }
    const password = newPassword();
    const hash = await hashPassword(password);
    const endedSessions = await repository.transaction(async (trx) => {
      const ended = await repository.changePassword(trx, user.id, hash, null, now());
      await audit.record(
        { type: 'password_reset', actor: null, user: user.id, details: { login: user.login }, origin: null },
        trx,
      );
      return ended;
    });
    await firstUsers.forget(user.login);
    return { outcome: 'reset', login: user.login, password, endedSessions };
  }
}
