import { z } from 'zod';

/** What we set of a path there, in the words of that server's API; the rest stays as its defaults are. */
export interface MediamtxPath {
  /** The camera's own address, with its password. */
  readonly source: string;
  readonly sourceOnDemand: boolean;
  readonly rtspTransport: 'automatic' | 'tcp' | 'udp';
}

/** The server cannot be reached, or will not do what it was asked. Never holds an address: those have passwords. */
export class MediamtxError extends Error {
  override readonly name = 'MediamtxError';
  readonly code: 'UNREACHABLE' | 'REFUSED';
  /** Of the answer; null when there was none. */
  readonly status: number | null;

  constructor(status: number | null, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = status === null ? 'UNREACHABLE' : 'REFUSED';
    this.status = status;
  }
}

/** Milliseconds for one answer. */
const patience = 5_000;
const itemsPerPage = 500;
/** A server with more paths than this is not ours to look through. */
const mostPages = 100;

const PathList = z.object({
  pageCount: z.number().int(),
  items: z.array(
    z.object({
      name: z.string(),
      source: z.string().default('publisher'),
      sourceOnDemand: z.boolean().default(false),
      rtspTransport: z.string().default('automatic'),
    }),
  ),
});

/** The part of a MediaMTX server's control API with which paths are looked at, made and removed. */
export class MediamtxClient {
  readonly #base: string;
  readonly #authorization: string | null;

  /** @param url of the control API, `http://user:password@host:9997`; without a user it is called without */
  constructor(url: string) {
    const { username, password, origin, pathname } = new URL(url);
    this.#base = `${origin}${pathname.replace(/\/+$/, '')}`;
    const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    this.#authorization = username === '' ? null : `Basic ${Buffer.from(pair).toString('base64')}`;
  }

  /** Every path that has settings there, by name. @throws MediamtxError */
  async paths(): Promise<Map<string, Omit<MediamtxPath, 'rtspTransport'> & { readonly rtspTransport: string }>> {
    const found = new Map<string, z.infer<typeof PathList>['items'][number]>();
    for (let page = 0; page < mostPages; page += 1) {
      const answer = await this.#call('GET', `config/paths/list?itemsPerPage=${itemsPerPage}&page=${page}`);
      const list = PathList.safeParse(await answer.json().catch(() => null));
      if (!list.success) throw new MediamtxError(answer.status, 'it did not answer as a MediaMTX server does');
      for (const item of list.data.items) found.set(item.name, item);
      if (page + 1 >= list.data.pageCount) break;
    }
    return found;
  }

  /** @throws MediamtxError, also when there is such a path */
  async add(name: string, path: MediamtxPath): Promise<void> {
    await this.#call('POST', `config/paths/add/${encodeURIComponent(name)}`, bodyOf(path));
  }

  /** @throws MediamtxError, also when there is no such path */
  async replace(name: string, path: MediamtxPath): Promise<void> {
    await this.#call('POST', `config/paths/replace/${encodeURIComponent(name)}`, bodyOf(path));
  }

  /** One that is not there is no error. @throws MediamtxError */
  async remove(name: string): Promise<void> {
    try {
      await this.#call('DELETE', `config/paths/delete/${encodeURIComponent(name)}`);
    } catch (error) {
      if (!(error instanceof MediamtxError && error.status === 404)) throw error;
    }
  }

  async #call(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<Response> {
    let answer: Response;
    try {
      answer = await fetch(`${this.#base}/v3/${path}`, {
        method,
        redirect: 'error',
        signal: AbortSignal.timeout(patience),
        headers: {
          ...(this.#authorization === null ? {} : { authorization: this.#authorization }),
          ...(body ? { 'content-type': 'application/json' } : {}),
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
    } catch (error) {
      throw new MediamtxError(null, 'the MediaMTX server does not answer', error);
    }
    if (answer.ok) return answer;
    await answer.body?.cancel();
    throw new MediamtxError(answer.status, `the MediaMTX server answered ${answer.status}`);
  }
}

/** Older servers do not know the transport: it is named only where it is not the default. */
function bodyOf({ rtspTransport, ...path }: MediamtxPath): object {
  return rtspTransport === 'automatic' ? path : { ...path, rtspTransport };
}
