import { Agent as HttpAgent, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { urlToHttpOptions } from 'node:url';
import { PtzError } from './ptz-error.ts';

export interface SoapAnswer {
  readonly status: number;
  /** Every value of `WWW-Authenticate`; devices send one for each algorithm. */
  readonly challenges: readonly string[];
  readonly text: string;
}

const mostBytes = 512 * 1024;

/** Posts SOAP to one camera, over connections that are kept. */
export class SoapPost {
  readonly #origin: URL;
  readonly #agent: HttpAgent;

  constructor(origin: URL, verifyCertificate: boolean) {
    this.#origin = origin;
    const kept = { keepAlive: true, maxSockets: 2, timeout: 30_000 };
    this.#agent =
      origin.protocol === 'https:'
        ? new HttpsAgent({ ...kept, rejectUnauthorized: verifyCertificate })
        : new HttpAgent(kept);
  }

  /**
   * @param path with its query, beginning with `/`
   * @throws PtzError `UNREACHABLE`, also when `signal` ends it, and for an answer of more than 512 KiB
   */
  async post(path: string, body: string, authorization: string | null, signal: AbortSignal): Promise<SoapAnswer> {
    try {
      return await this.#once(path, body, authorization, signal);
    } catch (error) {
      // It closed a kept connection while we were writing: that says nothing about the request.
      if (error instanceof StaleConnection) return this.#once(path, body, authorization, signal);
      throw error;
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  #once(path: string, body: string, authorization: string | null, signal: AbortSignal): Promise<SoapAnswer> {
    const payload = Buffer.from(body, 'utf8');
    const options: RequestOptions = {
      ...urlToHttpOptions(this.#origin),
      // Not resolved against the origin: `//host/` would lead to another one.
      path,
      method: 'POST',
      agent: this.#agent,
      signal,
      headers: {
        'Content-Type': 'application/soap+xml; charset=utf-8',
        'Content-Length': payload.length,
        ...(authorization === null ? {} : { Authorization: authorization }),
      },
    };
    const send = this.#origin.protocol === 'https:' ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const request = send(options, (response) => {
        read(response).then(resolve, reject);
      });
      request.on('error', (error) => {
        const stale = request.reusedSocket && 'code' in error && error.code === 'ECONNRESET';
        reject(stale ? new StaleConnection() : unreachable(error));
      });
      request.end(payload);
    });
  }
}

class StaleConnection extends PtzError {
  constructor() {
    super('UNREACHABLE', 'the connection was closed');
  }
}

async function read(response: IncomingMessage): Promise<SoapAnswer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > mostBytes) throw new PtzError('UNREACHABLE', `an answer of more than ${mostBytes / 1024} KiB`);
      chunks.push(chunk);
    }
  } catch (error) {
    throw error instanceof PtzError ? error : unreachable(error);
  }
  return {
    status: response.statusCode ?? 0,
    challenges: response.headersDistinct['www-authenticate'] ?? [],
    text: Buffer.concat(chunks).toString('utf8'),
  };
}

function unreachable(error: unknown): PtzError {
  if (error instanceof Error && error.name === 'AbortError') {
    return new PtzError('UNREACHABLE', 'no answer in time', error);
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'the connection failed';
  return new PtzError('UNREACHABLE', code, error);
}
