import type { FFEncoderCodec } from 'node-av/constants';
import { AV_LOG_ERROR, AV_PIX_FMT_YUV420P, AVCOL_PRI_BT709, AVCOL_SPC_BT709, AVCOL_TRC_BT709 } from 'node-av/constants';
import { Codec, CodecContext, Dictionary, Frame, Log, Packet, Rational } from 'node-av/lib';

// Encoders report every detail of a loop otherwise, on the standard error of whoever started the farm.
Log.setLevel(AV_LOG_ERROR);

export interface VideoEncoderOptions {
  readonly codec: 'libx264' | 'libx265';
  readonly width: number;
  readonly height: number;
  readonly frameRate: number;
  /** Bits per second. */
  readonly bitrate: number;
  /** Options of the codec by FFmpeg's names. */
  readonly settings: Readonly<Record<string, string>>;
}

export interface EncodedPicture {
  readonly key: boolean;
  /** Annex B byte stream. */
  readonly data: Buffer;
  /** Number of the picture in the order of display. */
  readonly pts: number;
}

/**
 * Encodes planar YUV 4:2:0 pictures on a thread of its own while the caller draws the next one. Throws when FFmpeg
 * refuses; nothing is retried.
 */
export class VideoEncoder {
  readonly #options: VideoEncoderOptions;
  readonly #context = new CodecContext();
  readonly #packet = new Packet();
  readonly #encoded: EncodedPicture[] = [];
  #pts = 0n;
  #busy: Promise<void> = Promise.resolve();

  constructor(options: VideoEncoderOptions) {
    this.#options = options;
  }

  async open(): Promise<void> {
    const { codec: name, width, height, frameRate, bitrate, settings } = this.#options;
    const codec = Codec.findEncoderByName(name as FFEncoderCodec);
    if (!codec) throw new Error(`FFmpeg of node-av has no ${name}`);
    const context = this.#context;
    context.allocContext3(codec);
    context.width = width;
    context.height = height;
    context.pixelFormat = AV_PIX_FMT_YUV420P;
    context.timeBase = new Rational(1, frameRate);
    context.framerate = new Rational(frameRate, 1);
    context.bitRate = BigInt(bitrate);
    context.colorSpace = AVCOL_SPC_BT709;
    context.colorPrimaries = AVCOL_PRI_BT709;
    context.colorTrc = AVCOL_TRC_BT709;
    context.threadCount = 1;
    using dictionary = Dictionary.fromObject({ ...settings });
    check(await context.open2(codec, dictionary), 'open the encoder');
    this.#packet.alloc();
  }

  /** Takes a copy of the picture. Resolves once the one before it is encoded: at most one waits. */
  async push(picture: Buffer): Promise<void> {
    const { width, height, frameRate } = this.#options;
    const frame = Frame.fromVideoBuffer(picture, {
      width,
      height,
      format: AV_PIX_FMT_YUV420P,
      timeBase: { num: 1, den: frameRate },
      pts: this.#pts++,
    });
    await this.#busy;
    this.#busy = this.#encode(frame);
    // Reported by the next push or by finish.
    this.#busy.catch(() => {});
  }

  /** All pictures in decoding order. Nothing can be pushed afterwards. */
  async finish(): Promise<EncodedPicture[]> {
    await this.#busy;
    check(await this.#context.sendFrame(null), 'finish encoding');
    await this.#collect();
    return this.#encoded;
  }

  close(): void {
    this.#packet.free();
    this.#context.freeContext();
  }

  async #encode(frame: Frame): Promise<void> {
    const code = await this.#context.sendFrame(frame);
    frame.free();
    check(code, 'encode a picture');
    await this.#collect();
  }

  async #collect(): Promise<void> {
    const packet = this.#packet;
    while ((await this.#context.receivePacket(packet)) >= 0) {
      const { data, isKeyframe, pts } = packet;
      if (data) this.#encoded.push({ key: isKeyframe, data: Buffer.from(data), pts: Number(pts) });
      packet.unref();
    }
  }
}

function check(code: number, what: string): void {
  if (code < 0) throw new Error(`FFmpeg could not ${what} (${code})`);
}
