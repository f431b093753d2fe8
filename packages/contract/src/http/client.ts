import { describeError, ErrorBody, type ErrorCode, errorCodes } from '../errors.ts';
import type { RequestOf, ResponseOf, Route, RouteTable } from './route.ts';
import { routes } from './routes.ts';

/** An answer that is an error. `code` is `NETWORK` when there was no answer at all. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ErrorCode | 'NETWORK';
  /** HTTP status; 0 without an answer. */
  readonly status: number;
  readonly messageEn: string;
  readonly messageAr: string;
  /** What the error says beside its sentences: `source`, `current`, `limit`, … */
  readonly facts: Readonly<Record<string, unknown>>;
  /** To be quoted to whoever reads the logs. */
  readonly requestId: string | null;

  constructor(
    status: number,
    code: ErrorCode | 'NETWORK',
    body: ErrorBody['error'],
    requestId: string | null,
    cause?: unknown,
  ) {
    super(body.message_en, { cause });
    const { code: _, message_en, message_ar, ...facts } = body;
    this.status = status;
    this.code = code;
    this.messageEn = message_en;
    this.messageAr = message_ar;
    this.facts = facts;
    this.requestId = requestId;
  }
}

export interface ClientOptions {
  /** Where the API is, without a slash at the end; the empty string in a page served by it. */
  readonly baseUrl: string;
  readonly fetch?: typeof globalThis.fetch;
  /** The access token of the moment, asked for before each request; null sends none. */
  readonly token?: () => string | null | Promise<string | null>;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Sent even when the page is being closed (at most 64 kB): releases and beats. */
  readonly keepalive?: boolean;
  /** Follows the request through every log; one is made when left out. */
  readonly requestId?: string;
}

// A route whose request has no required part can be called without it.
type Call<R extends Route> =
  Record<string, never> extends RequestOf<R>
    ? (request?: RequestOf<R> & CallOptions) => Promise<ResponseOf<R>>
    : (request: RequestOf<R> & CallOptions) => Promise<ResponseOf<R>>;

export type ClientOf<T extends RouteTable> = {
  readonly [G in keyof T]: { readonly [N in keyof T[G]]: Call<T[G][N]> };
};
export type Client = ClientOf<typeof routes>;

interface AnyRequest extends CallOptions {
  readonly params?: Record<string, unknown>;
  readonly query?: Record<string, unknown>;
  readonly body?: unknown;
}

const unreachable = {
  code: 'NETWORK',
  message_en: 'The server cannot be reached',
  message_ar: 'تعذّر الوصول إلى الخادم',
};

function addressOf(route: Route, request: AnyRequest): string {
  const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(request.params?.[name])),
  );
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request.query ?? {})) {
    if (value !== undefined && value !== null && value !== '') query.append(name, String(value));
  }
  return query.size > 0 ? `${path}?${query}` : path;
}

async function errorOf(response: Response): Promise<ApiError> {
  const requestId = response.headers.get('x-request-id');
  const body = ErrorBody.safeParse(await response.json().catch(() => null));
  if (!body.success) {
    // Something in between answered: a proxy, or a server that is starting.
    const code = response.status >= 500 ? 'SERVICE_UNAVAILABLE' : 'INTERNAL';
    return new ApiError(response.status, code, describeError(code, { part: 'api' }).error, requestId);
  }
  const code = body.data.error.code in errorCodes ? (body.data.error.code as ErrorCode) : 'INTERNAL';
  return new ApiError(response.status, code, body.data.error, requestId);
}

async function call(options: ClientOptions, route: Route, request: AnyRequest): Promise<unknown> {
  const headers = new Headers({ Accept: 'application/json' });
  const token = route.access === 'public' ? null : await options.token?.();
  if (token) headers.set('Authorization', `Bearer ${token}`);
  if (request.requestId) headers.set('X-Request-Id', request.requestId);
  const init: RequestInit = { method: route.method, headers, credentials: 'same-origin' };
  if (request.body !== undefined) {
    headers.set('Content-Type', 'application/json');
    init.body = JSON.stringify(request.body);
  }
  if (request.signal) init.signal = request.signal;
  if (request.keepalive) init.keepalive = true;

  const send = options.fetch ?? globalThis.fetch;
  let response: Response;
  try {
    response = await send(`${options.baseUrl}${addressOf(route, request)}`, init);
  } catch (cause) {
    if (request.signal?.aborted) throw cause;
    throw new ApiError(0, 'NETWORK', unreachable, null, cause);
  }
  if (!(response.status in route.responses)) throw await errorOf(response);
  if (response.status === 204) return undefined;
  const json = response.headers.get('content-type')?.includes('json') ?? false;
  return json ? response.json() : response.text();
}

/**
 * A client for a route table: `client.cameras.get({ params: { id } })`.
 *
 * Rejects with `ApiError` for every answer the route does not name, and when there is no answer; with the signal's
 * reason when aborted. Bodies are not validated again: the server serialises them through the same schemas.
 */
export function createClient(options: ClientOptions): Client;
export function createClient<T extends RouteTable>(options: ClientOptions, table: T): ClientOf<T>;
export function createClient(options: ClientOptions, table: RouteTable = routes): unknown {
  return Object.fromEntries(
    Object.entries(table).map(([group, members]) => [
      group,
      Object.fromEntries(
        Object.entries(members).map(([name, route]) => [
          name,
          (request: AnyRequest = {}) => call(options, route, request),
        ]),
      ),
    ]),
  );
}
