import { z } from 'zod';
import { Source } from '../agencies.ts';
import { Timestamp } from './common.ts';
import { defineRoute } from './route.ts';

export const User = z
  .object({
    id: z.string(),
    login: z.string(),
    display_name: z.string(),
    display_name_ar: z.string(),
    agency: Source,
    permissions: z.array(z.string()).describe('`camera:{SOURCE}:{action}` and the like; a leading `!` denies.'),
    camera_sources: z.array(Source).describe('Agencies whose cameras the user may view.'),
    is_admin: z.boolean(),
  })
  .meta({ id: 'User' });
export type User = z.infer<typeof User>;

export const SessionBody = z
  .object({
    access_token: z.string(),
    token_type: z.literal('Bearer'),
    expires_in: z.number().int().describe('Seconds until the access token expires.'),
    user: User,
  })
  .meta({ id: 'Session' });
export type SessionBody = z.infer<typeof SessionBody>;

/** Long enough to resist guessing; the upper bound keeps hashing from being made expensive. */
export const NewPassword = z.string().min(12).max(200);

/** What a player signs in with, beside the login: made by the server and told once. */
export const PlayerPassword = z
  .object({
    login: z.string(),
    password: z.string().describe('Shown once. Good for RTSP and WHEP, and for nothing else.'),
  })
  .meta({ id: 'PlayerPassword' });
export type PlayerPassword = z.infer<typeof PlayerPassword>;

export const PlayerPasswordState = z
  .object({ created_at: Timestamp.nullable().describe('Null while there is none.') })
  .meta({ id: 'PlayerPasswordState' });
export type PlayerPasswordState = z.infer<typeof PlayerPasswordState>;

/** The claims of an access token, whoever issued it. */
export const AccessClaims = z.object({
  iss: z.string(),
  sub: z.string().min(1).max(100),
  iat: z.number(),
  exp: z.number(),
  login_id: z.string().optional(),
  employee_number: z.string().optional(),
  display_name: z.string().optional(),
  display_name_ar: z.string().optional(),
  email: z.string().optional(),
  agency: z.string().optional(),
  department: z.string().optional(),
  permissions: z.array(z.string().max(200)).max(1000).default([]),
  camera_sources: z.array(z.string()).optional(),
  sid: z.string().optional(),
});
export type AccessClaims = z.infer<typeof AccessClaims>;

export const authRoutes = {
  login: defineRoute({
    method: 'POST',
    path: '/api/v1/auth/login',
    access: 'public',
    summary: 'Sign in',
    description: 'Answers an access token and sets the refresh token as an HttpOnly cookie.',
    tags: ['auth'],
    body: z.object({ login: z.string().trim().min(1).max(200), password: z.string().min(1).max(200) }),
    responses: { 200: SessionBody },
    errors: ['INVALID_CREDENTIALS', 'RATE_LIMIT_EXCEEDED'],
  }),
  refresh: defineRoute({
    method: 'POST',
    path: '/api/v1/auth/refresh',
    access: 'session',
    summary: 'Exchange the refresh cookie for a new access token',
    description: 'The refresh token changes with every use. One that comes back a second time ends the whole session.',
    tags: ['auth'],
    responses: { 200: SessionBody },
    errors: ['SESSION_ENDED'],
  }),
  logout: defineRoute({
    method: 'POST',
    path: '/api/v1/auth/logout',
    access: 'session',
    summary: 'Sign out: the session of the refresh cookie ends',
    tags: ['auth'],
    responses: { 204: z.undefined() },
  }),
  me: defineRoute({
    method: 'GET',
    path: '/api/v1/auth/me',
    access: 'user',
    summary: 'Who the access token belongs to',
    tags: ['auth'],
    responses: { 200: User },
  }),
  changePassword: defineRoute({
    method: 'POST',
    path: '/api/v1/auth/password',
    access: 'user',
    summary: 'Change one’s own password',
    description: 'Ends every other session of the user.',
    tags: ['auth'],
    body: z.object({ current_password: z.string().min(1).max(200), new_password: NewPassword }),
    responses: { 204: z.undefined() },
    errors: ['INVALID_CREDENTIALS', 'RATE_LIMIT_EXCEEDED'],
  }),
  playerPassword: defineRoute({
    method: 'GET',
    path: '/api/v1/auth/player-password',
    access: 'user',
    summary: 'Whether one has a password for players, and since when',
    tags: ['auth'],
    responses: { 200: PlayerPasswordState },
  }),
  makePlayerPassword: defineRoute({
    method: 'POST',
    path: '/api/v1/auth/player-password',
    access: 'user',
    summary: 'Make a password of one’s own for players; the one before ends',
    tags: ['auth'],
    responses: { 201: PlayerPassword },
    errors: ['FORBIDDEN'],
  }),
  removePlayerPassword: defineRoute({
    method: 'DELETE',
    path: '/api/v1/auth/player-password',
    access: 'user',
    summary: 'End one’s own password for players',
    tags: ['auth'],
    responses: { 204: z.undefined() },
  }),
  keys: defineRoute({
    method: 'GET',
    path: '/.well-known/jwks.json',
    access: 'public',
    summary: 'Public keys of the access tokens issued here (JSON Web Key Set)',
    tags: ['auth'],
    responses: { 200: z.object({ keys: z.array(z.record(z.string(), z.unknown())) }) },
  }),
} as const;
