import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { WebhookSender } from './webhook-sender.ts';

const MAX_WAITING = 1000;
const TIMEOUT = 5000;
/** Milliseconds before each further attempt. */
const RETRIES = [500, 1000, 2000, 4000];

export interface WebhookQueueOptions {
  readonly url: string;
  readonly send: WebhookSender;
  readonly log: Logger;
  /** The Authorization header for this body. */
  readonly sign: (body: string) => Promise<string>;
  /** An event was given up, or did not fit. */
  readonly onLost: () => void;
}

/** Sends events to one address, one after the other. An address that is away costs at most the oldest events. */
export class WebhookQueue {
  readonly #options: WebhookQueueOptions;
  readonly #waiting: string[] = [];
  readonly #closing = new AbortController();
  #running = false;

  constructor(options: WebhookQueueOptions) {
    this.#options = options;
  }

  add(body: string): void {
    if (this.#closing.signal.aborted) return;
    this.#waiting.push(body);
    if (this.#waiting.length > MAX_WAITING) {
      this.#waiting.shift();
      this.#options.onLost();
    }
    if (!this.#running) void this.#run();
  }

  close(): void {
    this.#closing.abort();
    this.#waiting.length = 0;
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (let body = this.#waiting.shift(); body !== undefined; body = this.#waiting.shift()) {
      if (await this.#deliver(body)) continue;
      if (this.#closing.signal.aborted) break;
      this.#options.onLost();
      this.#options.log.warn({ host: new URL(this.#options.url).host }, 'webhook given up');
    }
    this.#running = false;
  }

  async #deliver(body: string): Promise<boolean> {
    for (let attempt = 0; ; attempt++) {
      if (await this.#post(body)) return true;
      const pause = RETRIES[attempt];
      if (pause === undefined || this.#closing.signal.aborted) return false;
      await wait(pause, undefined, { signal: this.#closing.signal, ref: false }).catch(() => {});
    }
  }

  async #post(body: string): Promise<boolean> {
    try {
      const { url, send, sign } = this.#options;
      const headers = { 'content-type': 'application/webhook+json', authorization: await sign(body) };
      return await send(url, body, headers, AbortSignal.any([this.#closing.signal, AbortSignal.timeout(TIMEOUT)]));
    } catch {
      return false;
    }
  }
}
