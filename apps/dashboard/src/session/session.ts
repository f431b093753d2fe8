import { ApiError, createClient, type SessionBody, type User } from '@marsad/contract';
import { withTabLock } from './tab-lock.ts';

export type SessionState =
  | { readonly phase: 'starting' }
  | { readonly phase: 'signed-out'; readonly expired: boolean }
  | { readonly phase: 'signed-in'; readonly user: User };

type Message = { kind: 'session'; body: SessionBody; expiresAt: number } | { kind: 'ended'; expired: boolean };

const renewBefore = 60_000;

/**
 * Who is signed in, in this tab and its neighbours. The access token lives in memory only; the refresh token is a
 * cookie no script can read. A tab that renews tells the others, so that each renewal happens once.
 */
class Session {
  #state: SessionState = { phase: 'starting' };
  #token: string | null = null;
  #expiresAt = 0;
  #renewing: Promise<boolean> | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #listeners = new Set<() => void>();
  readonly #channel = new BroadcastChannel('marsad.session');
  readonly #client = createClient({ baseUrl: '' });

  constructor() {
    this.#channel.onmessage = ({ data }: MessageEvent<Message>) => {
      if (data.kind === 'ended') this.#end(data.expired, false);
      // Another user signed in elsewhere: the cookie is theirs now, so this tab follows.
      else this.#adopt(data.body, data.expiresAt, false);
    };
    addEventListener('visibilitychange', () => {
      // Timers sleep in hidden tabs and on closed laptops.
      if (document.visibilityState === 'visible' && this.#token && Date.now() > this.#expiresAt - renewBefore)
        void this.renew();
    });
  }

  readonly snapshot = (): SessionState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  get user(): User | null {
    return this.#state.phase === 'signed-in' ? this.#state.user : null;
  }

  /** Picks up the session of the cookie, if there is one. Stays `starting` until the server has said so or not. */
  async start(): Promise<void> {
    await this.renew();
  }

  /** Rejects with `ApiError`. */
  async signIn(login: string, password: string): Promise<void> {
    const body = await this.#client.auth.login({ body: { login, password } });
    this.#adopt(body, Date.now() + body.expires_in * 1000, true);
  }

  async signOut(): Promise<void> {
    // Told to the server first, while the cookie still is ours; signing out here must not depend on the network.
    await this.#client.auth.logout().catch(() => {});
    this.#end(false, true);
  }

  async token(): Promise<string | null> {
    if (this.#token && Date.now() > this.#expiresAt - 5000) await this.renew();
    return this.#token;
  }

  /** Usable where nothing may be awaited, as while the page is being closed. */
  get currentToken(): string | null {
    return this.#token;
  }

  /** `fetch` that answers one 401 with a renewal and a second try. */
  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    const sent = this.#token;
    const response = await fetch(input, init);
    if (response.status !== 401 || !sent) return response;
    if (this.#token === sent && !(await this.renew())) return response;
    if (!this.#token) return response;
    const headers = new Headers(init?.headers);
    headers.set('Authorization', `Bearer ${this.#token}`);
    return await fetch(input, { ...init, headers });
  };

  /** True when there is a fresh token afterwards. A network failure keeps the session: it is tried again. */
  renew(): Promise<boolean> {
    this.#renewing ??= this.#renewOnce().finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  async #renewOnce(): Promise<boolean> {
    const before = this.#token;
    return await withTabLock('marsad-renew', async () => {
      // While waiting, another tab may have done it and told us.
      if (this.#token !== before && this.#token) return true;
      try {
        const body = await this.#client.auth.refresh();
        this.#adopt(body, Date.now() + body.expires_in * 1000, true);
        return true;
      } catch (error) {
        if (error instanceof ApiError && error.status === 401) {
          this.#end(before !== null, true);
          return false;
        }
        if (this.#token) this.#schedule(5000);
        else if (this.#state.phase === 'starting') setTimeout(() => void this.start(), 2000);
        return false;
      }
    });
  }

  #adopt(body: SessionBody, expiresAt: number, tell: boolean): void {
    this.#token = body.access_token;
    this.#expiresAt = expiresAt;
    this.#schedule(Math.max(5000, expiresAt - Date.now() - renewBefore));
    if (tell) this.#channel.postMessage({ kind: 'session', body, expiresAt } satisfies Message);
    const same = this.#state.phase === 'signed-in' && JSON.stringify(this.#state.user) === JSON.stringify(body.user);
    // Told either way: a new token matters to those who hold a connection.
    this.#set(same ? this.#state : { phase: 'signed-in', user: body.user });
  }

  #end(expired: boolean, tell: boolean): void {
    clearTimeout(this.#timer);
    this.#token = null;
    if (tell && this.#state.phase === 'signed-in')
      this.#channel.postMessage({ kind: 'ended', expired } satisfies Message);
    this.#set({ phase: 'signed-out', expired });
  }

  #schedule(delay: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.renew(), delay);
  }

  #set(state: SessionState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

export const session = new Session();
