import { createClient } from '@marsad/contract';

interface Sample {
  readonly roundTrip: number;
  readonly offset: number;
  readonly at: number;
}

const keepFor = 10 * 60_000;

/** Of what was measured, the offset seen with the shortest round trip: queues only ever add to it. */
export function bestOffset(samples: readonly Sample[]): number {
  let best: Sample | undefined;
  for (const sample of samples) if (!best || sample.roundTrip < best.roundTrip) best = sample;
  return best?.offset ?? 0;
}

/** Server time minus the clock of this machine, in ms, from the timestamp of `/health`; 0 until the first answer. */
class ServerClock {
  readonly #client = createClient({ baseUrl: '' });
  #samples: Sample[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #taken = 0;

  /** Milliseconds since the epoch, as the server has it. */
  now(): number {
    return performance.timeOrigin + performance.now() + bestOffset(this.#samples);
  }

  start(): void {
    this.#timer ??= setTimeout(() => void this.#sample(), 0);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #sample(): Promise<void> {
    const sent = performance.now();
    try {
      const { timestamp } = await this.#client.system.health();
      const received = performance.now();
      const middle = performance.timeOrigin + (sent + received) / 2;
      this.#samples = this.#samples.filter((sample) => received - sample.at < keepFor);
      this.#samples.push({ roundTrip: received - sent, offset: Date.parse(timestamp) - middle, at: received });
      this.#taken += 1;
    } catch {
      // The offset we have stays good; the next sample comes.
    }
    if (this.#timer !== undefined) this.#timer = setTimeout(() => void this.#sample(), this.#taken < 5 ? 400 : 30_000);
  }
}

export const serverClock = new ServerClock();
