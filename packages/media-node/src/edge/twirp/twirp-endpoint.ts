import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { type AccessGrant, type AccessTokens, tokenOf } from '../access-token.ts';
import { readBody } from '../http/body.ts';
import { TwirpError } from './twirp-error.ts';

const MAX_BODY = 1024 * 1024;
const ROUTE = /^\/twirp\/livekit\.(\w+)\/(\w+)$/;

/** A protobuf message that can be written as JSON. */
export interface TwirpJson {
  toJsonString(options?: { emitDefaultValues?: boolean }): string;
}

export interface TwirpService {
  /**
   * Runs one method on its JSON body. Throws `TwirpError`; anything else thrown is a malformed body. `base`: our HTTP
   * address as the caller sees it, without a slash at the end.
   */
  call(method: string, grant: AccessGrant, body: string, base: string): TwirpJson | Promise<TwirpJson>;
}

/** Twirp over JSON: `POST /twirp/livekit.<Service>/<Method>`. */
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
    let text: string;
    try {
      text = await this.#call(request, url);
    } catch (error) {
      const known = error instanceof TwirpError ? error : new TwirpError('internal', 'internal error');
      if (known.code === 'internal') {
        this.#log.error({ err: error, request_id: requestIdOf(request) }, 'twirp call failed');
      }
      status = known.status;
      text = JSON.stringify({ code: known.code, msg: known.message });
    }
    // Clients read the code only when the type is exactly this.
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(text);
  }

  async #call(request: IncomingMessage, url: URL): Promise<string> {
    const [, name = '', method] = ROUTE.exec(url.pathname) ?? [];
    const service = Object.hasOwn(this.#services, name) ? this.#services[name] : undefined;
    if (!service || method === undefined) throw new TwirpError('bad_route', 'no handler for this path');
    if (request.method !== 'POST') throw new TwirpError('bad_route', 'only POST is allowed');
    if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
      throw new TwirpError('bad_route', 'only application/json is understood');
    }
    const token = tokenOf(request.headers.authorization, new URLSearchParams());
    const grant = token === null ? null : await this.#tokens.verify(token);
    if (!grant) throw new TwirpError('unauthenticated', 'invalid authorization token');
    const body = await readBody(request, MAX_BODY);
    if (!body) throw new TwirpError('invalid_argument', 'body is too long');
    this.#log.debug({ method, room: grant.video.room, request_id: requestIdOf(request) }, 'room command');
    try {
      const answer = await service.call(method, grant, body.toString('utf8'), this.#baseOf(request));
      return answer.toJsonString({ emitDefaultValues: false });
    } catch (error) {
      if (error instanceof TwirpError) throw error;
      if (error instanceof Error && 'syscall' in error) throw new TwirpError('internal', 'internal error');
      throw new TwirpError('malformed', 'the json request could not be decoded');
    }
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
