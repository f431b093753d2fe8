import { TwirpError } from './twirp-error.ts';

/** How the bodies of a call are written. Twirp answers in what it was asked in; errors are JSON always. */
export type TwirpEncoding = 'json' | 'protobuf';

/** A protobuf message, as far as it has to be written. */
export interface TwirpMessage {
  toJsonString(options?: { emitDefaultValues?: boolean }): string;
  toBinary(): Uint8Array;
}

/** The class of a message, as far as it has to be read. */
interface MessageType<T> {
  fromJsonString(text: string, options: { ignoreUnknownFields: boolean }): T;
  fromBinary(bytes: Uint8Array, options: { readUnknownFields: boolean }): T;
}

/** The encoding of a content type; null when it is none of Twirp's. */
export function encodingOf(contentType: string | undefined): TwirpEncoding | null {
  const name = /^application\/(json|protobuf)\s*(?:;|$)/i.exec(contentType ?? '')?.[1]?.toLowerCase();
  return name === 'json' || name === 'protobuf' ? name : null;
}

/** What a call came with, not read yet. */
export class TwirpBody {
  readonly #encoding: TwirpEncoding;
  readonly #bytes: Buffer;

  constructor(encoding: TwirpEncoding, bytes: Buffer) {
    this.#encoding = encoding;
    this.#bytes = bytes;
  }

  /** Fields that are not known are left out. @throws TwirpError `malformed` when this is no such message */
  read<T>(type: MessageType<T>): T {
    try {
      return this.#encoding === 'json'
        ? type.fromJsonString(this.#bytes.toString('utf8'), { ignoreUnknownFields: true })
        : type.fromBinary(this.#bytes, { readUnknownFields: false });
    } catch {
      throw new TwirpError('malformed', `the ${this.#encoding} request could not be decoded`);
    }
  }
}

/** `message` in that encoding. */
export function written(message: TwirpMessage, encoding: TwirpEncoding): string | Uint8Array {
  return encoding === 'json' ? message.toJsonString({ emitDefaultValues: false }) : message.toBinary();
}
