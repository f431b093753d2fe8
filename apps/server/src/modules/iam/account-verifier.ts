import { isAdmin } from '@marsad/contract';
import { AppError } from '../../platform/app-error.ts';
import type { Identity } from '../../platform/auth/identity.ts';
import type { TokenVerifier } from '../../platform/auth/token-verifier.ts';
import type { IamService } from './iam.service.ts';

/**
 * Who a token belongs to, with the rights the account has now: a token says what somebody could do when it was made. What is
 * withdrawn counts within a few seconds and not when the token ends. Whoever comes from another IAM is judged by the tokens
 * it gives.
 */
export class AccountVerifier {
  readonly #tokens: Pick<TokenVerifier, 'verify'>;
  readonly #iam: Pick<IamService, 'lately'>;

  constructor(tokens: Pick<TokenVerifier, 'verify'>, iam: Pick<IamService, 'lately'>) {
    this.#tokens = tokens;
    this.#iam = iam;
  }

  /** @throws AppError as {@link TokenVerifier.verify} does; `SESSION_ENDED` of an account that was disabled */
  async verify(token: string): Promise<Identity> {
    const identity = await this.review(await this.#tokens.verify(token));
    if (identity === null) throw new AppError('SESSION_ENDED');
    return identity;
  }

  /**
   * Somebody who was verified a while ago, as the account is now; null once it is disabled. While the database is away they
   * stay as they were: who watches must not lose the picture for that.
   */
  async review(identity: Identity): Promise<Identity | null> {
    const { id } = identity;
    const account = (await this.#iam.lately([id]).catch(() => null))?.get(id);
    if (account === undefined) return identity;
    if (!account.active) return null;
    const { permissions } = account;
    return { ...identity, permissions, isAdmin: isAdmin(permissions) };
  }
}
