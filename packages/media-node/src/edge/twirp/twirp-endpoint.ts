import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { type AccessGrant, type AccessTokens, tokenOf } from '../access-token.ts';
import { answer } from '../http/answer.ts';
import { readBody } from '../http/body.ts';
import { encodingOf, TwirpBody, type TwirpEncoding, type TwirpMessage, written } from './twirp-body.ts';
import { TwirpError } from './twirp-error.ts';

const MAX_BODY = 1024 * 1024;
const ROUTE = /^\/twirp\/livekit\.(\w+)\/(\w+)$/;

export interface TwirpService {
  /**
   * Runs one method on its body. Throws `TwirpError`; anything else thrown is our own fault. `base`: our HTTP address as
   * the caller sees it, without a slash at the end.
   */
  call(method: string, grant: AccessGrant, body: TwirpBody, base: string): TwirpMessage | Promise<TwirpMessage>;
}

/** Twirp: `POST /twirp/livekit.<Service>/<Method>`, in JSON or in protobuf, as the content type says. */
export class TwirpEndpoint {
  readonly #tokens: AccessTokens;
  readonly #services: Readonly<Record<string, TwirpService>>;
  readonly #publicUrl: string | null;
  readonly #log: Logger;

  /** `services` by name. `publicUrl`: our address, when it is not the one callers use. */
  constructor(options: {
    tokens: AccessTokens;
    services: Readonly<Record<string, TwirpService>>;
    publicUrl: string | null;
    log: Logger;
  }) {
    this.#tokens = options.tokens;
    this.#services = options.services;
    this.#publicUrl = options.publicUrl?.replace(/^ws/, 'http').replace(/\/+$/, '') ?? null;
    this.#log = options.log;
  }

  async handle(request: IncomingMessage, url: URL, response: ServerResponse): Promise<void> {
    let status = 200;
    let type = 'application/json';
    let body: string | Uint8Array;
    try {
      const encoding = encodingOf(request.headers['content-type']);
      body = await this.#call(request, url, encoding);
      type = `application/${encoding}`;
    } catch (error) {
      const known = error instanceof TwirpError ? error : new TwirpError('internal', 'internal error');
      if (known.code === 'internal') {
        this.#log.error({ err: error, request_id: requestIdOf(request) }, 'twirp call failed');
      }
      status = known.status;
      body = JSON.stringify({ code: known.code, msg: known.message });
    }
    // Clients read the code only when the type is exactly this.
    answer(response, status, body, { 'content-type': type });
  }

  async #call(request: IncomingMessage, url: URL, encoding: TwirpEncoding | null): Promise<string | Uint8Array> {
    const [, name = '', method] = ROUTE.exec(url.pathname) ?? [];
    const service = Object.hasOwn(this.#services, name) ? this.#services[name] : undefined;
    if (!service || method === undefined) throw new TwirpError('bad_route', 'no handler for this path');
    if (request.method !== 'POST') throw new TwirpError('bad_route', 'only POST is allowed');
    if (encoding === null) {
      throw new TwirpError('bad_route', 'only application/json and application/protobuf are understood');
    }
    const token = tokenOf(request.headers.authorization, new URLSearchParams());
    const grant = token === null ? null : await this.#tokens.verify(token);
    if (!grant) throw new TwirpError('unauthenticated', 'invalid authorization token');
    const bytes = await readBody(request, MAX_BODY);
    if (!bytes) throw new TwirpError('invalid_argument', 'body is too long');
    this.#log.debug({ method, room: grant.video.room, request_id: requestIdOf(request) }, 'room command');
    const answer = await service.call(method, grant, new TwirpBody(encoding, bytes), this.#baseOf(request));
    return written(answer, encoding);
  }

  #baseOf({ headers, socket }: IncomingMessage): string {
    const scheme = 'encrypted' in socket ? 'https' : 'http';
    const host = /^[\w.:[\]-]{1,255}$/.exec(headers.host ?? '')?.[0] ?? 'localhost';
    return this.#publicUrl ?? `${scheme}://${host}`;
  }
}

/** Whoever commands says in whose request; what is no id is not written down. */
function requestIdOf({ headers }: IncomingMessage): string | undefined {
  const id = headers['x-request-id'];
  return typeof id === 'string' && /^[A-Za-z0-9._:-]{1,128}$/.test(id) ? id : undefined;
}
