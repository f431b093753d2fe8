import { join } from 'node:path';
import { type Source, sources } from '@marsad/contract';
import { createLog } from '../../../apps/server/src/platform/log/log.ts';
import { Valkey } from '../../../apps/server/src/platform/valkey/valkey.ts';
import { runFolder } from '../../../apps/server/src/run-folder.ts';

/** What is charged to one agency, at one moment. */
export interface Charge {
  readonly source: Source;
  /** The documented counter. */
  readonly count: number;
  /** Reservations there really are. */
  readonly held: number;
  readonly limit: number | null;
}

const look = `
local found = {}
for _, source in ipairs(ARGV) do
  found[#found + 1] = server.call('GET', KEYS[1] .. 'stream:count:' .. source) or '0'
  found[#found + 1] = server.call('ZCARD', KEYS[1] .. 'stream:active:' .. source)
  found[#found + 1] = server.call('GET', KEYS[1] .. 'stream:limit:' .. source) or '-1'
end
return found`;

/** Looks into Valkey itself, all the time, past every process that could be mistaken. While it is away nothing is seen. */
export class QuotaWitness {
  /** Charges that must never be: below zero, above the limit, or a counter that is not what is held. */
  readonly impossible: string[] = [];
  looks = 0;
  readonly #valkey: Valkey;
  readonly #timer: NodeJS.Timeout;
  #looking = false;

  constructor(dataDir: string) {
    this.#valkey = new Valkey({
      url: `unix://${join(runFolder(dataDir), 'valkey.sock')}`,
      keyPrefix: '{marsad}:',
      log: createLog({ level: 'silent', role: 'test' }),
    });
    this.#timer = setInterval(() => void this.#watch(), 25);
  }

  async charges(): Promise<Charge[]> {
    const answer = await this.#valkey.run((client) => client.eval(look, 1, this.#valkey.keyPrefix, ...sources));
    const numbers = (answer as (string | number)[]).map(Number);
    return sources.map((source, i) => {
      const [count = Number.NaN, held = Number.NaN, limit = -1] = numbers.slice(3 * i, 3 * i + 3);
      return { source, count, held, limit: limit < 0 ? null : limit };
    });
  }

  /** Valkey as it would be after a start without its file. */
  async forgetEverything(): Promise<void> {
    await this.#valkey.run((client) => client.flushall());
  }

  /** Ended reservations whose media nobody has stopped yet. */
  async unsettled(): Promise<number> {
    return this.#valkey.run((client) => client.zcard(this.#valkey.key('stream', 'ended')));
  }

  close(): void {
    clearInterval(this.#timer);
    this.#valkey.close();
  }

  async #watch(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      for (const charge of await this.charges()) {
        const { count, held, limit } = charge;
        if (count < 0 || count !== held || (limit !== null && count > limit)) {
          this.impossible.push(`${new Date().toISOString()} ${JSON.stringify(charge)}`);
        }
      }
      this.looks += 1;
    } catch {
      // Valkey is one of those that are killed.
    } finally {
      this.#looking = false;
    }
  }
}
