import { isAdmin, type SessionBody, sourcesWith, type User } from '@marsad/contract';
import { AppError } from '../../platform/app-error.ts';
import type { Caller, Origin } from '../../platform/auth/identity.ts';
import { hashPassword, verifyPassword } from '../../platform/crypto/password.ts';
import { Recent } from '../../platform/recent.ts';
import type { AuditService } from '../audit/audit.service.ts';
import type { AccessTokenIssuer } from './access-token-issuer.ts';
import type { FirstUsers } from './first-users.ts';
import type { IamRepository, Standing, UserRow } from './iam.repository.ts';
import type { LoginThrottle } from './login-throttle.ts';

export interface IamServiceOptions {
  readonly repository: IamRepository;
  readonly audit: AuditService;
  readonly issuer: AccessTokenIssuer;
  readonly throttle: LoginThrottle;
  readonly firstUsers: FirstUsers;
  /** Seconds a session lives without being used. */
  readonly refreshSeconds: number;
  readonly now: () => number;
}

/** A session as its owner holds it: what is told, and the refresh token that goes into the cookie. */
export interface OpenSession {
  readonly body: SessionBody;
  readonly refreshToken: string;
}

/** Signing in and staying signed in. */
export class IamService {
  readonly #o: IamServiceOptions;
  readonly #standings: Recent<Standing>;
  /** Checked when there is no such user, so that the answer takes as long as for one that exists. */
  readonly #nobody: Promise<string> = hashPassword('nobody has this password');

  constructor(options: IamServiceOptions) {
    this.#o = options;
    this.#standings = new Recent({ load: (ids) => options.repository.standing(ids), lifeMs: 3_000, most: 10_000 });
  }

  get #times() {
    return { now: this.#o.now(), lifetime: this.#o.refreshSeconds * 1000 };
  }

  /** @throws AppError `INVALID_CREDENTIALS`, `RATE_LIMIT_EXCEEDED` */
  async login(login: string, password: string, origin: Origin): Promise<OpenSession> {
    const { repository, audit, throttle } = this.#o;
    const user = await this.#attempt(login, origin, () => repository.userByLogin(login));
    const right = await verifyPassword(password, user?.password_hash ?? (await this.#nobody));
    if (user === undefined || !right || user.status !== 'ACTIVE') {
      await audit.record({ type: 'login_failed', actor: null, user: user?.id ?? null, details: { login }, origin });
      throw new AppError('INVALID_CREDENTIALS');
    }
    await throttle.succeeded(login, origin.address);
    const { session, token } = await repository.openSession(user.id, origin, this.#times);
    await audit.record({ type: 'login', actor: user.id, details: { session }, origin });
    return this.#open(user, session, token);
  }

  /** @throws AppError `SESSION_ENDED` */
  async refresh(refreshToken: string | undefined, origin: Origin): Promise<OpenSession> {
    if (refreshToken === undefined) throw new AppError('SESSION_ENDED');
    const rotation = await this.#o.repository.rotate(refreshToken, this.#times);
    if (rotation.outcome === 'rotated') return this.#open(rotation.user, rotation.session, rotation.token);
    if (rotation.outcome === 'reused') {
      const { user, session } = rotation;
      await this.#o.audit.record({ type: 'refresh_token_reused', actor: null, user, details: { session }, origin });
    }
    throw new AppError('SESSION_ENDED');
  }

  /** Never fails for a session that is over already. */
  async logout(refreshToken: string | undefined, origin: Origin): Promise<void> {
    if (refreshToken === undefined) return;
    const ended = await this.#o.repository.endSession(refreshToken, this.#o.now());
    if (ended === null) return;
    await this.#o.audit.record({ type: 'logout', actor: ended.user, details: { session: ended.session }, origin });
  }

  me({ identity }: Caller): User {
    return {
      id: identity.id,
      login: identity.login,
      display_name: identity.displayName,
      display_name_ar: identity.displayNameAr,
      agency: identity.agency,
      permissions: [...identity.permissions],
      camera_sources: sourcesWith(identity.permissions, 'camera', 'view'),
      is_admin: identity.isAdmin,
    };
  }

  /** As {@link standing}, up to a few seconds old: for those who ask with every request. */
  lately(ids: readonly string[]): Promise<Map<string, Standing>> {
    return this.#standings.of(ids);
  }

  /** What became of these people, for the other modules; those of another IAM are not among the answers. */
  async standing(ids: readonly string[]): Promise<Map<string, Standing>> {
    const found = await this.#o.repository.standing([...new Set(ids)]);
    return new Map(found.map((standing) => [standing.id, standing]));
  }

  /** @throws AppError `INVALID_CREDENTIALS` when the current password is wrong, or the caller's IAM keeps it elsewhere */
  async changePassword({ identity, origin }: Caller, current: string, next: string): Promise<void> {
    const { repository, audit, throttle, firstUsers, now } = this.#o;
    const user = await this.#attempt(identity.login, origin, () => repository.userById(identity.id));
    if (user === undefined || !(await verifyPassword(current, user.password_hash))) {
      throw new AppError('INVALID_CREDENTIALS');
    }
    await throttle.succeeded(identity.login, origin.address);
    const hash = await hashPassword(next);
    await repository.transaction(async (trx) => {
      await repository.changePassword(trx, user.id, hash, identity.session, now());
      await audit.record({ type: 'password_changed', actor: user.id, origin }, trx);
    });
    await firstUsers.forget(user.login);
  }

  /** Counts an attempt and finds whose it is. One that could not be judged is not held against anybody. */
  async #attempt<T>(login: string, { address }: Origin, find: () => Promise<T>): Promise<T> {
    const { throttle } = this.#o;
    await throttle.attempt(login, address);
    try {
      return await find();
    } catch (error) {
      await throttle.unjudged(login, address);
      throw error;
    }
  }

  async #open(row: UserRow, session: string, refreshToken: string): Promise<OpenSession> {
    const { issuer } = this.#o;
    const user = userOf(row);
    const details = { employee_number: row.employee_number, email: row.email, department: row.department };
    const access_token = await issuer.issue({ ...user, ...details }, session);
    return { body: { access_token, token_type: 'Bearer', expires_in: issuer.lifetime, user }, refreshToken };
  }
}

function userOf(row: UserRow): User {
  return {
    id: row.id,
    login: row.login,
    display_name: row.display_name,
    display_name_ar: row.display_name_ar,
    agency: row.agency,
    permissions: row.permissions,
    camera_sources: sourcesWith(row.permissions, 'camera', 'view'),
    is_admin: isAdmin(row.permissions),
  };
}
