import { MediaError } from '../media-error.ts';

/**
 * Header fields of an RTSP message (RFC 2326 4.2, 15.1): names compare without case, a field may occur several times,
 * order is kept.
 */
export class RtspHeaders {
  readonly #fields: [name: string, value: string][] = [];

  constructor(fields: Readonly<Record<string, string | number | readonly string[] | undefined>> = {}) {
    for (const [name, value] of Object.entries(fields)) {
      if (value === undefined) continue;
      if (typeof value === 'object') for (const one of value) this.append(name, one);
      else this.append(name, String(value));
    }
  }

  /** The first value of a field, or null. */
  get(name: string): string | null {
    const wanted = name.toLowerCase();
    for (const [field, value] of this.#fields) if (field.toLowerCase() === wanted) return value;
    return null;
  }

  /** Every value of a field, in order of appearance; not split at commas. */
  all(name: string): string[] {
    const wanted = name.toLowerCase();
    return this.#fields.filter(([field]) => field.toLowerCase() === wanted).map(([, value]) => value);
  }

  has(name: string): boolean {
    return this.get(name) !== null;
  }

  set(name: string, value: string | number): this {
    this.delete(name);
    return this.append(name, String(value));
  }

  /** @throws MediaError RTSP_MALFORMED for a name or value that would break the message apart (header injection). */
  append(name: string, value: string): this {
    if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name)) throw new MediaError('RTSP_MALFORMED', 'header name not a token');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not get through
    if (/[\r\n\u0000]/.test(value)) throw new MediaError('RTSP_MALFORMED', `line break in header ${name}`);
    this.#fields.push([name, value]);
    return this;
  }

  delete(name: string): void {
    const wanted = name.toLowerCase();
    for (let i = this.#fields.length - 1; i >= 0; i--) {
      if (this.#fields[i]?.[0].toLowerCase() === wanted) this.#fields.splice(i, 1);
    }
  }

  /** `CSeq` (RFC 2326 12.17), or null when missing or not a number. */
  get cseq(): number | null {
    const value = this.get('CSeq')?.trim();
    return value !== undefined && /^\d{1,10}$/.test(value) ? Number(value) : null;
  }

  [Symbol.iterator](): IterableIterator<[name: string, value: string]> {
    return this.#fields.values() as IterableIterator<[string, string]>;
  }
}
