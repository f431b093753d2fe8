import { readFileSync } from 'node:fs';
import { BitWriter } from '../bit-writer.ts';
import { formatRtp, RtpPacket } from '../rtp/packet.ts';
import { splitAnnexB } from './annex-b.ts';
import { insertEmulationPrevention } from './emulation-prevention.ts';
import { nalType } from './nal.ts';
import { packetizeH264 } from './packetizer.ts';

/** NAL units of a file in `packages/media/fixtures`, made by ffmpeg and libx264. */
export function fixture(name: string): Buffer[] {
  return splitAnnexB(readFileSync(new URL(`../../fixtures/${name}.h264`, import.meta.url)));
}

export interface TestSps {
  readonly profile?: number;
  readonly id?: number;
  readonly widthMbs?: number;
  readonly heightMbs?: number;
  readonly pocType?: 0 | 2;
  /** `max_num_reorder_frames`; without it there is no VUI. */
  readonly reorder?: number;
}

/** A sequence parameter set with 4-bit frame numbers and order counts. */
export function makeSps(options: TestSps = {}): Buffer {
  const { profile = 77, id = 0, widthMbs = 40, heightMbs = 22, pocType = 0, reorder } = options;
  const bits = new BitWriter().u(8, 0x67).u(8, profile).u(8, 0).u(8, 30).ue(id).ue(0).ue(pocType);
  if (pocType === 0) bits.ue(0);
  bits
    .ue(2)
    .u(1, 0)
    .ue(widthMbs - 1)
    .ue(heightMbs - 1)
    .u(1, 1)
    .u(1, 1)
    .u(1, 0);
  if (reorder === undefined) bits.u(1, 0);
  else bits.u(1, 1).u(4, 0).u(4, 0).u(1, 1).u(1, 1).ue(0).ue(0).ue(10).ue(10).ue(reorder).ue(2);
  return insertEmulationPrevention(bits.u(1, 1).bytes());
}

export function makePps(id = 0, spsId = 0): Buffer {
  return insertEmulationPrevention(new BitWriter().u(8, 0x68).ue(id).ue(spsId).u(2, 0).ue(0).u(1, 1).bytes());
}

export interface TestSlice {
  readonly key?: boolean;
  readonly refIdc?: number;
  readonly firstMb?: number;
  /** 0 P, 1 B, 2 I. */
  readonly type?: number;
  readonly frameNum: number;
  readonly poc?: number;
  readonly idrPicId?: number;
  readonly pps?: number;
  readonly length?: number;
}

/** A slice that `makeSps()` and `makePps()` belong to; what follows its header is filling. */
export function makeSlice(slice: TestSlice): Buffer {
  const { key = false, refIdc = 1, firstMb = 0, frameNum, poc = 0, idrPicId = 0, pps = 0, length = 60 } = slice;
  const bits = new BitWriter()
    .u(1, 0)
    .u(2, key ? 3 : refIdc)
    .u(5, key ? nalType.idr : nalType.slice);
  bits
    .ue(firstMb)
    .ue(slice.type ?? (key ? 2 : 0))
    .ue(pps)
    .u(4, frameNum % 16);
  if (key) bits.ue(idrPicId);
  bits.u(4, poc % 16);
  const head = insertEmulationPrevention(bits.u(32, 0xffff_ffff).bytes());
  return Buffer.concat([head, Buffer.alloc(Math.max(1, length - head.length), 0xab)]);
}

export interface TestPacketOptions {
  readonly sequence?: number;
  readonly ssrc?: number;
  readonly payloadType?: number;
  readonly maxPayload?: number;
  /** Default true: the last packet of each picture. */
  readonly markers?: boolean;
}

/** RTP packets of pictures given as timestamp and NAL units. */
export function packetsOf(
  pictures: readonly (readonly [timestamp: number, nals: readonly Buffer[]])[],
  options: TestPacketOptions = {},
): Buffer[] {
  let sequence = options.sequence ?? 0;
  return pictures.flatMap(([timestamp, nals]) => {
    const payloads = packetizeH264(nals, { maxPayload: options.maxPayload ?? 1200 });
    return payloads.map((payload, i) =>
      formatRtp(
        {
          payloadType: options.payloadType ?? 96,
          marker: options.markers !== false && i === payloads.length - 1,
          sequence: sequence++,
          timestamp,
          ssrc: options.ssrc ?? 1,
        },
        payload,
      ),
    );
  });
}

const shared = new RtpPacket();

/** The packet read into an object used again and again, as the hot path does. */
export function readShared(bytes: Buffer): RtpPacket {
  if (!shared.read(bytes)) throw new Error('not RTP');
  return shared;
}
