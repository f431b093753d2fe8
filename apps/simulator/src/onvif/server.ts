import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { RtspCredentials } from '../rtsp/server.ts';
import { OnvifAuthentication } from './authentication.ts';
import { answerGarbage, answerWithoutEnd } from './bad-answer.ts';
import { deviceService } from './device-service.ts';
import { envelope, faultEnvelope, readRequest, type SoapRequest } from './envelope.ts';
import { mediaService } from './media-service.ts';
import { MOVES, ptzService } from './ptz-service.ts';
import type { OnvifCamera, OnvifService } from './service.ts';
import { SoapFault } from './soap-fault.ts';

export interface OnvifServerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly credentials: RtspCredentials | null;
  /** Milliseconds since the epoch of Unix, never stepping. */
  readonly now: () => number;
  /** By name in addresses; null for one that is not there or cannot be moved. */
  readonly find: (camera: string) => OnvifCamera | null;
  /** Port of the streams. */
  readonly rtspPort: number;
}

const MAX_BODY = 64 * 1024;
const TIMEOUT_MS = 10_000;
/** Leads nowhere (RFC 5737). */
const NOWHERE = '192.0.2.1';

const SERVICES = new Map([deviceService, mediaService, ptzService].map((one) => [one.path, one]));

/** The ONVIF services of all cameras that can be moved, `/{camera}/onvif/…_service`, behind one port. */
export class OnvifServer {
  readonly #options: OnvifServerOptions;
  readonly #server: Server;
  readonly #authentication = new OnvifAuthentication();
  #port: number;

  constructor(options: OnvifServerOptions) {
    this.#options = options;
    this.#port = options.port;
    this.#server = createServer({ requestTimeout: TIMEOUT_MS, headersTimeout: TIMEOUT_MS }, (request, response) => {
      this.#handle(request, response).catch(() => response.destroy());
    });
  }

  /** Rejects when the port is taken. Answers the port. */
  async start(): Promise<number> {
    const { host, port } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host, port }, () => {
        this.#server.removeListener('error', reject);
        resolve();
      });
    });
    const address = this.#server.address();
    if (typeof address === 'object' && address) this.#port = address.port;
    return this.#port;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = /^\/([\w-]+)\/onvif\/(\w+)\/?(?:\?|$)/.exec(request.url ?? '');
    const camera = this.#options.find(path?.[1] ?? '');
    const service = SERVICES.get(path?.[2] ?? '');
    if (camera?.fault?.kind === 'unplug') return void response.destroy();
    if (!camera || !service) return void response.writeHead(404).end();
    if (request.method !== 'POST') return void response.writeHead(405, { allow: 'POST' }).end();
    const document = await bodyOf(request);
    if (document === null) return void response.writeHead(413, { connection: 'close' }).end();
    const reply = (status: number, text: string, fields: Record<string, string> = {}) =>
      response.writeHead(status, { 'content-type': 'application/soap+xml; charset=utf-8', ...fields }).end(text);
    try {
      const soap = readRequest(document);
      const challenge = this.#challenge(request, soap, camera);
      if (challenge !== null) return void reply(401, faultEnvelope(notAuthorized()), { 'www-authenticate': challenge });
      const { name } = soap.operation;
      camera.commands.note(name, this.#options.now());
      if (misbehaves(camera, name, response)) return;
      reply(200, envelope(this.#answer(request, soap, camera, service)));
    } catch (error) {
      if (!(error instanceof SoapFault)) throw error;
      reply(error.httpStatus, faultEnvelope(error));
    }
  }

  /** A value for `WWW-Authenticate`, or null when the request may pass. Throws SoapFault for a wrong UsernameToken. */
  #challenge(request: IncomingMessage, { operation, token }: SoapRequest, camera: OnvifCamera): string | null {
    const { credentials } = this.#options;
    const nothingIsRight = camera.fault?.kind === 'wrong-password';
    if (operation.name === 'GetSystemDateAndTime' || (!credentials && !nothingIsRight)) return null;
    const verdict = this.#authentication.verify(
      {
        method: request.method ?? '',
        uri: request.url ?? '',
        authorization: request.headers.authorization ?? null,
        token,
        clockMs: this.#clock(camera),
      },
      (user) => (credentials?.user === user && !nothingIsRight ? credentials.password : null),
    );
    if (verdict.outcome === 'refused') throw notAuthorized();
    return verdict.outcome === 'ok' ? null : verdict.challenge;
  }

  #answer(request: IncomingMessage, soap: SoapRequest, camera: OnvifCamera, service: OnvifService): string {
    const { prefix, capabilities, operations } = service;
    const { name } = soap.operation;
    const operation =
      name === 'GetServiceCapabilities'
        ? () => capabilities
        : Object.hasOwn(operations, name)
          ? operations[name]
          : undefined;
    if (!operation) throw new SoapFault('Receiver', ['ActionNotSupported'], `${service.path} has no such action`);
    const host = this.#hostFor(request, camera);
    const content = operation({
      camera,
      request: soap.operation,
      nowMs: this.#options.now(),
      clockMs: this.#clock(camera),
      services: `http://${host}:${this.#port}/${camera.path}/onvif`,
      streams: `rtsp://${host}:${this.#options.rtspPort}/${camera.path}`,
    });
    return `<${prefix}:${name}Response>${content}</${prefix}:${name}Response>`;
  }

  /** How the client reached us: what we listen on may be every address there is. */
  #hostFor(request: IncomingMessage, { fault }: OnvifCamera): string {
    if (fault?.kind === 'ptz-wrong-address') return NOWHERE;
    return URL.parse(`http://${request.headers.host ?? ''}`)?.hostname || this.#options.host;
  }

  #clock({ fault }: OnvifCamera): number {
    return this.#options.now() + (fault?.kind === 'ptz-wrong-clock' ? fault.seconds * 1000 : 0);
  }
}

function notAuthorized(): SoapFault {
  return new SoapFault('Sender', ['NotAuthorized'], 'Sender not authorized');
}

/** Whether the camera's fault answers in the operation's place. */
function misbehaves({ fault }: OnvifCamera, operation: string, response: ServerResponse): boolean {
  const moves = Object.hasOwn(MOVES, operation);
  if (fault?.kind === 'ptz-refuse' && moves) throw new SoapFault('Receiver', ['Action'], 'the head does not move');
  if (fault?.kind !== 'ptz-hang' && fault?.kind !== 'ptz-garbage' && fault?.kind !== 'ptz-huge') return false;
  if (fault.on === 'moves' && !moves) return false;
  if (fault.kind === 'ptz-garbage') answerGarbage(response);
  if (fault.kind === 'ptz-huge') answerWithoutEnd(response);
  return true;
}

/** Null when it is too long. */
async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  // What is too long is left unread, and answered.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    length += (chunk as Buffer).length;
    if (length > MAX_BODY) return null;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}
