import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Credentials, PlayerPassword, PlayerPasswordState } from '@marsad/contract';
import { AppError } from '../../platform/app-error.ts';
import { digestProves } from '../../platform/auth/digest.ts';
import { type Caller, type Identity, identityOf, type Origin } from '../../platform/auth/identity.ts';
import { hashPassword, verifyPassword } from '../../platform/crypto/password.ts';
import type { SecretBox } from '../../platform/crypto/secret-box.ts';
import type { AuditService } from '../audit/audit.service.ts';
import type { IamRepository, UserRow } from './iam.repository.ts';
import type { LoginThrottle } from './login-throttle.ts';
import { ProvenPasswords } from './proven-passwords.ts';

export interface PlayersServiceOptions {
  readonly repository: IamRepository;
  readonly box: SecretBox;
  readonly audit: AuditService;
  readonly throttle: LoginThrottle;
  readonly now: () => number;
}

type Signature = Extract<Credentials, { kind: 'basic' | 'digest' }>;

const place = (user: string) => `player_passwords/${user}`;

/**
 * People who come with a player and not with a browser: by login and password, or by login and a password that was made
 * for players. Of that one the text is kept, encrypted, because Digest cannot be checked without it; it opens nothing but
 * media.
 */
export class PlayersService {
  readonly #o: PlayersServiceOptions;
  readonly #proven = new ProvenPasswords();
  /** Checked when there is no such user, so that the answer takes as long as for one that exists. */
  readonly #nobody: Promise<string> = hashPassword('nobody has this password');

  constructor(options: PlayersServiceOptions) {
    this.#o = options;
  }

  async state({ identity }: Caller): Promise<PlayerPasswordState> {
    const { repository } = this.#o;
    // Somebody whose account is kept elsewhere has an id of another kind.
    const known = await repository.standing([identity.id]);
    const since = known.length === 0 ? null : await repository.playerPasswordSince(identity.id);
    return { created_at: since?.toISOString() ?? null };
  }

  /** @throws AppError `FORBIDDEN` for somebody whose account is kept elsewhere */
  async makePassword({ identity, origin }: Caller): Promise<PlayerPassword> {
    const { repository, audit, box } = this.#o;
    const known = await repository.standing([identity.id]);
    if (known.length === 0) throw new AppError('FORBIDDEN');
    const password = randomBytes(24).toString('base64url');
    await repository.transaction(async (trx) => {
      await repository.setPlayerPassword(trx, identity.id, box.seal(password, place(identity.id)));
      await audit.record({ type: 'player_password_made', actor: identity.id, origin }, trx);
    });
    return { login: identity.login, password };
  }

  /** One that is not there is removed too. */
  async removePassword({ identity, origin }: Caller): Promise<void> {
    const { repository, audit } = this.#o;
    if ((await repository.standing([identity.id])).length === 0) return;
    await repository.transaction(async (trx) => {
      if (!(await repository.setPlayerPassword(trx, identity.id, null))) return;
      await audit.record({ type: 'player_password_removed', actor: identity.id, origin }, trx);
    });
  }

  /** @throws AppError `INVALID_CREDENTIALS`, `RATE_LIMIT_EXCEEDED` when a login password is guessed too often */
  async identify(signature: Signature, origin: Origin): Promise<Identity> {
    const found = await this.#o.repository.playerByLogin(signature.user);
    const { user, secret } = found ?? {};
    const password = user && secret ? this.#o.box.tryOpen(secret, place(user.id)) : null;
    const right =
      (password !== null && proves(signature, password)) ||
      (signature.kind === 'basic' && (await this.#knowsLogin(signature.user, signature.password, user, origin)));
    if (user === undefined || !right || user.status !== 'ACTIVE') {
      const details = { login: signature.user, player: true };
      await this.#o.audit.record({ type: 'login_failed', actor: null, user: user?.id ?? null, details, origin });
      throw new AppError('INVALID_CREDENTIALS');
    }
    return this.#identityOf(user);
  }

  async #knowsLogin(login: string, password: string, user: UserRow | undefined, { address }: Origin) {
    const { throttle } = this.#o;
    const hash = user?.password_hash ?? (await this.#nobody);
    return this.#proven.proves(hash, password, address, async () => {
      await throttle.attempt(login, address);
      const right = (await verifyPassword(password, hash)) && user !== undefined;
      if (right) await throttle.succeeded(login, address);
      return right;
    });
  }

  #identityOf(user: UserRow): Identity {
    const seconds = Math.floor(this.#o.now() / 1000);
    return identityOf({
      iss: 'player',
      sub: user.id,
      iat: seconds,
      exp: seconds + 60,
      login_id: user.login,
      display_name: user.display_name,
      display_name_ar: user.display_name_ar,
      agency: user.agency,
      permissions: user.permissions,
    });
  }
}

function proves(signature: Signature, password: string): boolean {
  if (signature.kind === 'digest') return digestProves(signature, password);
  const [given, expected] = [Buffer.from(signature.password), Buffer.from(password)];
  return given.length === expected.length && timingSafeEqual(given, expected);
}
