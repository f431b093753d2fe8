import {
  type AccessClaims,
  allows,
  isAdmin,
  type PermissionAction,
  type PermissionResource,
  Source,
  sourcesWith,
} from '@marsad/contract';
import { AppError } from '../app-error.ts';

/** Who an access token belongs to. */
export interface Identity {
  readonly id: string;
  readonly login: string;
  readonly displayName: string;
  readonly displayNameAr: string;
  readonly agency: Source;
  readonly permissions: readonly string[];
  readonly isAdmin: boolean;
  /** The session the token was issued for, when it was issued here. */
  readonly session: string | null;
  /** When the token ends, milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Who calls a use case, and from where: the first argument of every one. */
export interface Caller {
  readonly identity: Identity;
  readonly origin: Origin;
}

export interface Origin {
  readonly address: string;
  readonly userAgent: string | null;
  readonly requestId: string;
}

export function identityOf(claims: AccessClaims): Identity {
  const agency = Source.safeParse(claims.agency);
  const name = claims.display_name ?? claims.login_id ?? claims.sub;
  return {
    id: claims.sub,
    login: claims.login_id ?? claims.sub,
    displayName: name,
    displayNameAr: claims.display_name_ar ?? name,
    agency: agency.success ? agency.data : 'OTHER',
    permissions: claims.permissions,
    isAdmin: isAdmin(claims.permissions),
    session: claims.sid ?? null,
    expiresAt: claims.exp * 1000,
  };
}

/** @throws AppError `SOURCE_FORBIDDEN` unless the caller may do this with things of this agency */
export function requireSource<R extends PermissionResource>(
  { identity }: Caller,
  resource: R,
  source: Source,
  action: PermissionAction<R>,
): void {
  if (!allows(identity.permissions, resource, source, action)) throw new AppError('SOURCE_FORBIDDEN', { source });
}

/**
 * Identity comes from the token. A `user_id` in a body is only taken when it says the same.
 * @throws AppError `FORBIDDEN`
 */
export function requireSelf({ identity }: Caller, user: string | undefined): void {
  if (user !== undefined && user !== identity.id && user !== identity.login) throw new AppError('FORBIDDEN');
}

/** @throws AppError `FORBIDDEN` unless the caller is an administrator */
export function requireAdmin({ identity }: Caller): void {
  if (!identity.isAdmin) throw new AppError('FORBIDDEN');
}

/** The agencies with which the caller may do this. */
export function permittedSources<R extends PermissionResource>(
  { identity }: Caller,
  resource: R,
  action: PermissionAction<R>,
): Source[] {
  return sourcesWith(identity.permissions, resource, action);
}
