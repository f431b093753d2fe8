import type { z } from 'zod';
import type { ErrorCode } from '../errors.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * Who may call a route at all. Which agency's things a caller may touch is decided by the use case behind it.
 *
 * - `public`: anyone
 * - `session`: whoever holds the refresh cookie; no access token is asked for
 * - `user`: an access token
 * - `admin`: an access token with `admin:*`
 * - `operations`: an administrator, or an address on the list of monitoring hosts
 */
export type Access = 'public' | 'session' | 'user' | 'admin' | 'operations';

/** One HTTP operation: what the server registers, the OpenAPI document shows and the client calls. */
export interface Route {
  readonly method: Method;
  /** With parameters in braces, as OpenAPI writes them: `/api/v1/cameras/{id}`. */
  readonly path: string;
  readonly access: Access;
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** Answers that are not errors, by status. The first one is what a handler's return value is sent with. */
  readonly responses: Readonly<Record<number, z.ZodType>>;
  /** Codes this operation adds to those that every operation can answer. */
  readonly errors?: readonly ErrorCode[];
  /** The last parameter takes all that is left of the path, slashes too. */
  readonly rest?: true;
  /** The form of errors, where it is not ours. */
  readonly errorBody?: z.ZodType;
}

/** `'id'` of `/api/v1/cameras/{id}`. */
export type PathParameter<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | PathParameter<Rest>
  : never;

/** Makes a route whose path names a parameter without describing it (or the other way round) a type error. */
type ParametersMatchPath<R extends Route> = [PathParameter<R['path']>] extends [never]
  ? { readonly params?: never }
  : { readonly params: z.ZodObject<Record<PathParameter<R['path']>, z.ZodType>> };

export function defineRoute<const R extends Route>(route: R & ParametersMatchPath<R>): R {
  return route;
}

export type ParamsOf<R extends Route> = R extends { readonly params: infer T extends z.ZodType } ? z.output<T> : never;
export type QueryOf<R extends Route> = R extends { readonly query: infer T extends z.ZodType } ? z.output<T> : never;
export type BodyOf<R extends Route> = R extends { readonly body: infer T extends z.ZodType } ? z.output<T> : never;
export type ResponseOf<R extends Route> = z.output<R['responses'][keyof R['responses']]>;

/** What a caller gives: only the parts the route has, with defaults left out. */
export type RequestOf<R extends Route> = (R extends { readonly params: infer T extends z.ZodType }
  ? { params: z.input<T> }
  : unknown) &
  (R extends { readonly query: infer T extends z.ZodType } ? { query?: z.input<T> } : unknown) &
  (R extends { readonly body: infer T extends z.ZodType } ? { body: z.input<T> } : unknown);

export type RouteTable = Readonly<Record<string, Readonly<Record<string, Route>>>>;
