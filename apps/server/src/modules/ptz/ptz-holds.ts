import { z } from 'zod';
import type { Identity } from '../../platform/auth/identity.ts';
import { loadScript } from '../../platform/valkey/script.ts';
import type { Valkey } from '../../platform/valkey/valkey.ts';

export type Hold =
  /** `fresh`: somebody else had it, or nobody. */
  | { readonly held: true; readonly fresh: boolean }
  | { readonly held: false; readonly holder: string; readonly holderAr: string; readonly forMs: number };

const script = loadScript(new URL('take-hold.lua', import.meta.url));
const Answer = z.union([
  z.enum(['taken', 'kept']),
  z.tuple([z.string(), z.string(), z.coerce.number<number | string>()]),
]);

/** Who moves which camera: the one who moved it last, for a few seconds, over all api processes. */
export class PtzHolds {
  readonly #valkey: Valkey;
  readonly #lastsMs: number;

  /** @param lastsMs without another command */
  constructor(valkey: Valkey, lastsMs = 5_000) {
    this.#valkey = valkey;
    this.#lastsMs = lastsMs;
  }

  /** An administrator takes it from who is none. @throws AppError `SERVICE_UNAVAILABLE` */
  async take(camera: string, { id, displayName, displayNameAr, isAdmin }: Identity): Promise<Hold> {
    const key = this.#valkey.key('ptz', 'hold', camera);
    const answer = Answer.parse(
      await this.#valkey.eval(script, [key], [id, isAdmin ? 1 : 0, displayName, displayNameAr, this.#lastsMs]),
    );
    if (answer === 'taken' || answer === 'kept') return { held: true, fresh: answer === 'taken' };
    const [holder, holderAr, left] = answer;
    return { held: false, holder, holderAr, forMs: Math.max(0, left) };
  }
}
