import type { Source } from './agencies.ts';
import { sources } from './agencies.ts';

/** What can be permitted: a resource, the agency it belongs to, and what is done with it. */
export const permissionActions = {
  camera: ['view', 'ptz', 'playback'],
  clip: ['view', 'create', 'download', 'delete'],
} as const;
export type PermissionResource = keyof typeof permissionActions;
export type PermissionAction<R extends PermissionResource> = (typeof permissionActions)[R][number];

/** One rule. `*` in any place stands for everything there; `admin:*` is `{ resource: 'admin', source: '*', action: '*' }`. */
export interface PermissionRule {
  readonly deny: boolean;
  readonly resource: string;
  readonly source: string;
  readonly action: string;
}

const word = /^(?:\*|[A-Za-z0-9_-]{1,64})$/;

/**
 * Reads `camera:METRO:view`, `!camera:*:ptz`, `camera:*`, `admin:*`, `*`. What is left out at the end counts as `*`.
 * Returns null for anything else: a rule that cannot be read must never allow something. A denial that cannot be read
 * denies everything for the same reason, see `allows`.
 */
export function parsePermission(text: string): PermissionRule | null {
  const deny = text.startsWith('!');
  const parts = (deny ? text.slice(1) : text).split(':');
  if (parts.length > 3 || !parts.every((part) => word.test(part))) return null;
  const [resource, source = '*', action = '*'] = parts;
  // "camera" alone would silently be everything about cameras: the wildcard has to be written.
  if (resource === undefined || (parts.length < 3 && parts.at(-1) !== '*')) return null;
  return { deny, resource, source, action };
}

const covers = (pattern: string, value: string) => pattern === '*' || pattern === value;

function decides(rule: PermissionRule, resource: string, source: string, action: string): boolean {
  // An administrator may do everything; a denied `admin:*` takes away only what `admin` would have given.
  if (rule.resource === 'admin' && rule.source === '*' && rule.action === '*') return !rule.deny;
  return covers(rule.resource, resource) && covers(rule.source, source) && covers(rule.action, action);
}

function decide(permissions: readonly string[], matches: (rule: PermissionRule) => boolean): boolean {
  let allowed = false;
  for (const text of permissions) {
    const rule = parsePermission(text);
    if (rule === null) {
      if (text.startsWith('!')) return false;
      continue;
    }
    if (!matches(rule)) continue;
    if (rule.deny) return false;
    allowed = true;
  }
  return allowed;
}

/** Whether these permissions allow one action on one agency's resource. A matching denial beats every allowance. */
export function allows<R extends PermissionResource>(
  permissions: readonly string[],
  resource: R,
  source: Source,
  action: PermissionAction<R>,
): boolean {
  return decide(permissions, (rule) => decides(rule, resource, source, action));
}

/** The agencies for which these permissions allow the action: the set a query is filtered by. */
export function sourcesWith<R extends PermissionResource>(
  permissions: readonly string[],
  resource: R,
  action: PermissionAction<R>,
  among: readonly Source[] = sources,
): Source[] {
  return among.filter((source) => allows(permissions, resource, source, action));
}

/** Whether `admin:*` is held and not denied. */
export function isAdmin(permissions: readonly string[]): boolean {
  return decide(permissions, (rule) => rule.resource === 'admin' && rule.source === '*' && rule.action === '*');
}
