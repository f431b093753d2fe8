import { HubClientMessage, type HubEvent, hubCloseCodes, type Source, sourcesWith } from '@marsad/contract';
import type { WebSocket } from 'ws';
import type { Identity } from '../../platform/auth/identity.ts';

export interface HubConnectionOptions {
  readonly socket: WebSocket;
  /** @throws whatever makes a token no good */
  readonly verify: (token: string) => Promise<Identity>;
  /** It has said who it is, for the first time. False: one too many. */
  readonly onKnown: (connection: HubConnection) => boolean;
  readonly onGone: (connection: HubConnection) => void;
  /** Wall clock, milliseconds. */
  readonly now: () => number;
}

/** Milliseconds a connection has for saying who it is. */
const patience = 10_000;
/** Bytes that wait for a client before it is dropped: some forty full statistics. */
const mostWaiting = 1024 * 1024;

/** One client. It hears nothing before it has shown a token, and nothing after that has ended. */
export class HubConnection {
  readonly #o: HubConnectionOptions;
  #identity: Identity | null = null;
  #sources: readonly Source[] = [];
  #timer: NodeJS.Timeout;
  #answered = true;
  #verifying = false;
  #closed = false;

  constructor(options: HubConnectionOptions) {
    this.#o = options;
    const { socket } = options;
    this.#timer = setTimeout(() => this.end(hubCloseCodes.unauthenticated, 'no token came'), patience);
    socket.on('message', (data, binary) => void this.#heard(binary ? null : String(data)));
    socket.on('pong', () => {
      this.#answered = true;
    });
    socket.on('error', () => socket.terminate());
    socket.on('close', () => this.#gone());
  }

  get identity(): Identity | null {
    return this.#identity;
  }

  /** Agencies it may see. */
  get sources(): readonly Source[] {
    return this.#sources;
  }

  /** Shows a token that came with the request. */
  async show(token: string): Promise<void> {
    if (this.#verifying) return this.end(hubCloseCodes.malformed, 'one token at a time');
    this.#verifying = true;
    try {
      const identity = await this.#o.verify(token);
      if (this.#closed) return;
      // Another person's token would change what may be seen behind the back of who opened the connection.
      if (this.#identity !== null && identity.id !== this.#identity.id) throw new Error('another user');
      const first = this.#identity === null;
      this.#is(identity);
      clearTimeout(this.#timer);
      const left = Math.min(identity.expiresAt - this.#o.now(), 2_147_483_647);
      this.#timer = setTimeout(() => this.end(hubCloseCodes.unauthenticated, 'the token has ended'), Math.max(0, left));
      if (first && !this.#o.onKnown(this)) this.end(hubCloseCodes.tooMany, 'too many connections');
    } catch {
      this.end(hubCloseCodes.unauthenticated, 'the token is not good');
    } finally {
      this.#verifying = false;
    }
  }

  /** Whoever may see less by now hears less from now on. Never rejects. */
  async review(ask: (identity: Identity) => Promise<Identity | null>): Promise<void> {
    const before = this.#identity;
    if (before === null) return;
    const identity = await ask(before);
    // Another token may have been shown meanwhile.
    if (this.#closed || this.#identity !== before) return;
    if (identity === null) this.end(hubCloseCodes.unauthenticated, 'the session has ended');
    else this.#is(identity);
  }

  /** @param text an event, as JSON. A client that does not read is dropped: it must never be waited for. */
  send(text: string): void {
    const { socket } = this.#o;
    if (this.#closed || this.#identity === null || socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > mostWaiting) {
      this.end(hubCloseCodes.tooSlow, 'does not read');
      socket.terminate();
      return;
    }
    socket.send(text);
  }

  sendEvent(event: HubEvent): void {
    this.send(JSON.stringify(event));
  }

  /** Asks whether it is still there; who did not answer the last time is not. */
  ping(): void {
    const { socket } = this.#o;
    if (!this.#answered) {
      socket.terminate();
      return;
    }
    this.#answered = false;
    if (socket.readyState === socket.OPEN) socket.ping();
  }

  end(code: number, reason: string): void {
    if (this.#closed) return;
    const { socket } = this.#o;
    socket.close(code, reason);
    this.#gone();
    // One that never answers the closing is not waited for.
    setTimeout(() => socket.terminate(), 2_000).unref();
  }

  #is(identity: Identity): void {
    this.#identity = identity;
    this.#sources = sourcesWith(identity.permissions, 'camera', 'view');
  }

  async #heard(text: string | null): Promise<void> {
    const message = HubClientMessage.safeParse(parseJson(text));
    if (message.success) await this.show(message.data.token);
    else this.end(hubCloseCodes.malformed, 'not a message');
  }

  #gone(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#o.onGone(this);
  }
}

function parseJson(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}
