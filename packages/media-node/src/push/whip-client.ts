/** For each request, milliseconds. */
const TIMEOUT = 10_000;
/** Longest answer that is read, characters. */
const MAX_ANSWER = 128 * 1024;

/** A WHIP server said no, or could not be reached. */
export class WhipError extends Error {
  /** HTTP status; null when there was no answer. */
  readonly status: number | null;

  constructor(status: number | null, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.name = 'WhipError';
    this.status = status;
  }

  /** Asking again soon would bring the same answer. */
  get isFinal(): boolean {
    return this.status !== null && [400, 401, 403, 405, 406, 410, 413, 415].includes(this.status);
  }
}

/** The HTTP side of a WHIP publisher (RFC 9725 4.2). Addresses may hold the stream key: they are never part of an error. */
export class WhipClient {
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;
  #resource: string | null = null;

  constructor(options: { url: string; token: string | null }) {
    this.#url = options.url;
    this.#headers = options.token === null ? {} : { authorization: `Bearer ${options.token}` };
  }

  /** The answer to an offer. @throws WhipError */
  async publish(offer: string, signal: AbortSignal): Promise<string> {
    let response: Response;
    let body: string;
    try {
      response = await fetch(this.#url, {
        method: 'POST',
        headers: { ...this.#headers, 'content-type': 'application/sdp' },
        body: offer,
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT)]),
      });
      body = (await response.text()).slice(0, MAX_ANSWER);
    } catch (error) {
      throw new WhipError(null, unreachable(error), error);
    }
    if (response.status !== 201) throw new WhipError(response.status, sentence(response.status, body));
    const location = response.headers.get('location');
    // The session's address is relative to where the request ended up (redirects included).
    this.#resource =
      location === null || !URL.canParse(location, response.url) ? null : new URL(location, response.url).href;
    if (!body.startsWith('v=0')) throw new WhipError(response.status, 'the answer is not SDP');
    return body;
  }

  /** Says that nothing more comes. Never rejects. */
  async remove(): Promise<void> {
    const resource = this.#resource;
    this.#resource = null;
    if (resource === null) return;
    try {
      const response = await fetch(resource, {
        method: 'DELETE',
        headers: this.#headers,
        signal: AbortSignal.timeout(TIMEOUT),
      });
      await response.body?.cancel();
    } catch {
      // The server notices by itself that nothing comes.
    }
  }
}

function sentence(status: number, body: string): string {
  const [first = ''] = body.trim().split('\n');
  const said = /^[\x20-\x7e]{1,160}$/.test(first) && !first.startsWith('<') ? `: ${first}` : '';
  return `the server answered ${status}${said}`;
}

function unreachable(error: unknown): string {
  if (!(error instanceof Error)) return 'the server cannot be reached';
  if (error.name === 'TimeoutError') return 'the server did not answer in time';
  const code = error.cause instanceof Error && 'code' in error.cause ? String(error.cause.code) : '';
  return code === '' ? 'the server cannot be reached' : `the server cannot be reached (${code})`;
}
