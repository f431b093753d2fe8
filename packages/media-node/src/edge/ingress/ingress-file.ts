import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';

/** A door somebody made for a publisher: whoever has its key appears in its room. */
export const Ingress = z.object({
  id: z.string(),
  name: z.string(),
  streamKey: z.string(),
  roomName: z.string(),
  participantIdentity: z.string(),
  participantName: z.string(),
  participantMetadata: z.string(),
  enabled: z.boolean(),
});
export type Ingress = z.infer<typeof Ingress>;

const Contents = z.object({ version: z.literal(1), ingresses: z.array(Ingress) });

/**
 * Where an edge keeps its ingresses over a restart: one JSON file, readable by its owner only because it holds stream keys.
 * It is replaced as a whole, so that a crash leaves the old one or the new one.
 */
export class IngressFile {
  readonly #path: string;
  #writing: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * None when there is no file. One that holds something else is put aside as `.broken`, because it may hold keys, and told to
   * `onBroken`. Rejects when it cannot be read at all.
   */
  async load(onBroken: (error: Error) => void): Promise<Ingress[]> {
    let text: string;
    try {
      text = await readFile(this.#path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
    try {
      return Contents.parse(JSON.parse(text)).ingresses;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      await rename(this.#path, `${this.#path}.broken`);
      onBroken(error);
      return [];
    }
  }

  /** Resolves once they are on disk. Calls follow one another. */
  save(ingresses: readonly Ingress[]): Promise<void> {
    const text = JSON.stringify({ version: 1, ingresses: [...ingresses] } satisfies z.input<typeof Contents>);
    const mine = this.#writing.catch(() => {}).then(() => this.#write(text));
    this.#writing = mine;
    return mine;
  }

  async #write(text: string): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
    const partial = `${this.#path}.new`;
    await writeFile(partial, text, { mode: 0o600, flush: true });
    await rename(partial, this.#path);
  }
}
