import { hubCloseCodes } from '@marsad/contract';

export interface HubLinkOptions {
  /** Absolute, `ws:` or `wss:`. */
  readonly address: () => string;
  /** The access token of the moment; null while nobody is signed in. */
  readonly token: () => Promise<string | null>;
  /** Asks for a fresh token after the server refused the one it was given. Must not reject. */
  readonly renew: () => Promise<unknown>;
  /** One message of the server, as it came. Must not throw. */
  readonly onMessage: (text: string) => void;
  /** True from the first message of a connection on; false as soon as it is gone. */
  readonly onLive: (live: boolean) => void;
  readonly random?: () => number;
}

const firstDelay = 500;
const longestDelay = 15_000;
/** The hub says something every five seconds: after four times that, nobody is there any more. */
const silence = 20_000;

/** How long to wait before attempt `n` (from 0), in ms: doubling, and spread so that a room full of walls does not come back at once. */
export function reconnectDelay(attempt: number, random: number): number {
  return Math.min(longestDelay, firstDelay * 2 ** attempt) * (0.5 + random / 2);
}

/** The one connection of this tab to the event hub, made again for as long as it is wanted. */
export class HubLink {
  readonly #o: HubLinkOptions;
  #socket: WebSocket | null = null;
  #sentToken: string | null = null;
  #live = false;
  #attempt = 0;
  #running = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #watchdog: ReturnType<typeof setTimeout> | undefined;

  constructor(options: HubLinkOptions) {
    this.#o = options;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#attempt = 0;
    addEventListener('online', this.#hurry);
    document.addEventListener('visibilitychange', this.#onVisible);
    this.#connect();
  }

  close(): void {
    this.#running = false;
    removeEventListener('online', this.#hurry);
    document.removeEventListener('visibilitychange', this.#onVisible);
    clearTimeout(this.#timer);
    this.#drop();
  }

  /** The session has another token: the server is told, or it would end the connection with the old one. */
  async authenticate(): Promise<void> {
    const socket = this.#socket;
    const token = await this.#o.token();
    if (socket !== this.#socket || socket?.readyState !== WebSocket.OPEN) return;
    if (token === null || token === this.#sentToken) return;
    this.#sentToken = token;
    socket.send(JSON.stringify({ type: 'AUTH', token }));
  }

  #connect(): void {
    clearTimeout(this.#timer);
    const socket = new WebSocket(this.#o.address());
    this.#socket = socket;
    this.#sentToken = null;
    this.#listenForSilence();
    socket.onopen = () => void this.authenticate();
    socket.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (socket !== this.#socket || typeof data !== 'string') return;
      this.#listenForSilence();
      this.#attempt = 0;
      this.#setLive(true);
      this.#o.onMessage(data);
    };
    socket.onclose = ({ code }) => {
      if (socket === this.#socket) this.#lost(code);
    };
  }

  #lost(code: number): void {
    this.#drop();
    if (!this.#running) return;
    const delay = code === hubCloseCodes.tooMany ? longestDelay : reconnectDelay(this.#attempt, this.#random());
    this.#attempt += 1;
    const again = () => {
      if (this.#running && this.#socket === null) this.#connect();
    };
    this.#timer = setTimeout(() => {
      if (code === hubCloseCodes.unauthenticated) void this.#o.renew().then(again);
      else again();
    }, delay);
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    clearTimeout(this.#watchdog);
    if (socket) {
      socket.onopen = null;
      socket.onmessage = null;
      socket.onclose = null;
      socket.close();
    }
    this.#setLive(false);
  }

  #listenForSilence(): void {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.#lost(0), silence);
  }

  #setLive(live: boolean): void {
    if (live === this.#live) return;
    this.#live = live;
    this.#o.onLive(live);
  }

  readonly #hurry = (): void => {
    if (!this.#running || this.#socket !== null) return;
    this.#attempt = 0;
    this.#connect();
  };

  readonly #onVisible = (): void => {
    if (document.visibilityState === 'visible') this.#hurry();
  };

  #random(): number {
    return (this.#o.random ?? Math.random)();
  }
}
