import { parsePublic, type RtspResponse } from '@marsad/media';

/** Keeps an RTSP session from running out, in a way the camera understands. */
export class RtspKeepAlive {
  readonly #ask: (method: 'OPTIONS' | 'GET_PARAMETER') => Promise<RtspResponse>;
  #methods: Set<string> | null = null;
  #periodMs = 0;
  #timer: NodeJS.Timeout | null = null;
  #running = false;

  /** @param ask sends a request that belongs to the session */
  constructor(ask: (method: 'OPTIONS' | 'GET_PARAMETER') => Promise<RtspResponse>) {
    this.#ask = ask;
  }

  /**
   * Asks twice per session timeout, and at least every 30 s (RFC 2326 12.37).
   * @param timeout of the session, seconds
   */
  start(timeout: number): void {
    this.#periodMs = Math.min(30_000, Math.max(1000, timeout * 450));
    this.#running = true;
    this.#schedule();
  }

  stop(): void {
    this.#running = false;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** Takes the methods that the camera knows from any answer that names them. */
  heard(answer: RtspResponse): void {
    const fields = answer.headers.all('Public');
    if (fields.length > 0) this.#methods ??= parsePublic(fields);
  }

  #schedule(): void {
    if (this.#running) this.#timer = setTimeout(() => void this.#stayAlive(), this.#periodMs);
  }

  async #stayAlive(): Promise<void> {
    try {
      // The first question is OPTIONS, which also tells what else may be asked.
      const method = this.#methods?.has('GET_PARAMETER') ? 'GET_PARAMETER' : 'OPTIONS';
      const answer = await this.#ask(method);
      if (method === 'OPTIONS') this.heard(answer);
      else if (answer.status === 405 || answer.status === 501 || answer.status === 551) this.#methods = new Set();
    } catch {
      // Cameras that never answer are known; whether pictures come is watched elsewhere.
    }
    this.#schedule();
  }
}
