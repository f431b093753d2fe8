import type { PtzAction } from '@marsad/contract';
import type { Logger } from 'pino';
import { type Clock, systemClock, type Timer } from '../../clock/clock.ts';
import { PtzHead } from './ptz-head.ts';

export interface PtzHeadsOptions {
  readonly log: Logger;
  readonly clock?: Clock;
  /** `https`: whether a certificate that cannot be verified ends the connection. Default false: cameras sign their own. */
  readonly verifyCertificates?: boolean;
  /** For everything one action asks of a camera, milliseconds. Default 4,000: less than the api waits for us. */
  readonly patienceMs?: number;
  /** A camera that was not moved for so long is asked anew what it can, milliseconds. Default 60,000. */
  readonly forgetAfterMs?: number;
}

/** Cameras that were moved lately: connections and what was found out are kept, so that a command costs one request. */
export class PtzHeads {
  readonly #o: PtzHeadsOptions;
  readonly #clock: Clock;
  readonly #heads = new Map<string, { head: PtzHead; idle: Timer | null }>();

  constructor(options: PtzHeadsOptions) {
    this.#o = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** @throws PtzError */
  async act(camera: string, url: string, action: PtzAction): Promise<void> {
    await this.#with(camera, url, (head) => head.act(action));
  }

  /** @throws PtzError */
  async presets(camera: string, url: string): Promise<{ id: number; name: string }[]> {
    return this.#with(camera, url, (head) => head.presets());
  }

  close(): void {
    for (const camera of [...this.#heads.keys()]) this.#forget(camera);
  }

  async #with<T>(camera: string, url: string, ask: (head: PtzHead) => Promise<T>): Promise<T> {
    let known = this.#heads.get(camera);
    if (known?.head.url !== url) {
      this.#forget(camera);
      const { log, verifyCertificates = false, patienceMs = 4_000 } = this.#o;
      const parts = { camera, url, clock: this.#clock, log, verifyCertificate: verifyCertificates, patienceMs };
      known = { head: new PtzHead(parts), idle: null };
      this.#heads.set(camera, known);
    }
    this.#keep(camera, known);
    return ask(known.head);
  }

  #keep(camera: string, known: { head: PtzHead; idle: Timer | null }): void {
    known.idle?.cancel();
    known.idle = this.#clock.after(this.#o.forgetAfterMs ?? 60_000, () => {
      if (known.head.active) this.#keep(camera, known);
      else this.#forget(camera);
    });
  }

  #forget(camera: string): void {
    const known = this.#heads.get(camera);
    known?.idle?.cancel();
    known?.head.close();
    this.#heads.delete(camera);
  }
}
