import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { type AccessTokens, tokenOf } from '../access-token.ts';
import { readBody } from '../http/body.ts';
import type { RoomService } from './room-service.ts';
import { TwirpError } from './twirp-error.ts';

const MAX_BODY = 1024 * 1024;
const ROUTE = /^\/twirp\/livekit\.(\w+)\/(\w+)$/;

/** Twirp over JSON: `POST /twirp/livekit.RoomService/<Method>`. */
export class TwirpEndpoint {
  readonly #tokens: AccessTokens;
  readonly #service: RoomService;
  readonly #log: Logger;

  constructor(options: { tokens: AccessTokens; service: RoomService; log: Logger }) {
    this.#tokens = options.tokens;
    this.#service = options.service;
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
        this.#log.error({ err: error, request_id: request.headers['x-request-id'] }, 'twirp call failed');
      }
      status = known.status;
      text = JSON.stringify({ code: known.code, msg: known.message });
    }
    // Clients read the code only when the type is exactly this.
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(text);
  }

  async #call(request: IncomingMessage, url: URL): Promise<string> {
    const [, service, method] = ROUTE.exec(url.pathname) ?? [];
    if (service !== 'RoomService' || method === undefined) {
      throw new TwirpError('bad_route', 'no handler for this path');
    }
    if (request.method !== 'POST') throw new TwirpError('bad_route', 'only POST is allowed');
    if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
      throw new TwirpError('bad_route', 'only application/json is understood');
    }
    const token = tokenOf(request.headers.authorization, new URLSearchParams());
    const grant = token === null ? null : await this.#tokens.verify(token);
    if (!grant) throw new TwirpError('unauthenticated', 'invalid authorization token');
    const body = await readBody(request, MAX_BODY);
    if (!body) throw new TwirpError('invalid_argument', 'body is too long');
    const id = request.headers['x-request-id'];
    const requestId = typeof id === 'string' && /^[A-Za-z0-9._:-]{1,128}$/.test(id) ? id : undefined;
    this.#log.debug({ method, room: grant.video.room, request_id: requestId }, 'room command');
    try {
      return this.#service.call(method, grant, body.toString('utf8')).toJsonString({ emitDefaultValues: false });
    } catch (error) {
      if (error instanceof TwirpError) throw error;
      throw new TwirpError('malformed', 'the json request could not be decoded');
    }
  }
}
