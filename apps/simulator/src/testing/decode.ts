import { AV_CODEC_ID_H264 } from 'node-av/constants';
import { Codec, CodecContext, Frame, Packet } from 'node-av/lib';

export interface DecodedPicture {
  readonly width: number;
  readonly height: number;
  /** Planar YUV 4:2:0 without padding. */
  readonly data: Buffer;
}

/** Decodes pictures given in decoding order, each as an Annex B byte stream. Throws when the decoder complains. */
export async function decodeH264(pictures: readonly Buffer[]): Promise<DecodedPicture[]> {
  const codec = Codec.findDecoder(AV_CODEC_ID_H264);
  using context = new CodecContext();
  context.allocContext3(codec);
  context.threadCount = 1;
  if ((await context.open2(codec, null)) < 0) throw new Error('no decoder');
  using packet = new Packet();
  packet.alloc();
  using frame = new Frame();
  frame.alloc();
  const decoded: DecodedPicture[] = [];
  const collect = async () => {
    while ((await context.receiveFrame(frame)) >= 0) {
      if (frame.decodeErrorFlags !== 0) throw new Error('picture decoded with errors');
      decoded.push({ width: frame.width, height: frame.height, data: frame.toBuffer() });
      frame.unref();
    }
  };
  for (const picture of pictures) {
    packet.data = picture;
    const code = await context.sendPacket(packet);
    if (code < 0) throw new Error(`decoder refuses a picture (${code})`);
    await collect();
  }
  await context.sendPacket(null);
  await collect();
  return decoded;
}
