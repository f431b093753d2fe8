import { BitReader } from '../bit-reader.ts';
import { MediaError } from '../media-error.ts';

/** What an AudioSpecificConfig says (ISO 14496-3 1.6.2.1). */
export interface AudioConfig {
  /** 2 = AAC LC, 5 = SBR (HE-AAC), 29 = PS (HE-AAC v2). */
  readonly objectType: number;
  /** Hz. For HE-AAC that of the core, half of what is heard. */
  readonly sampleRate: number;
  readonly channels: number;
  /** Samples a frame: 1024, or 960. */
  readonly frameLength: number;
}

const sampleRates = [
  96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000, 7350,
];
const channelCounts = [0, 1, 2, 3, 4, 5, 6, 8];

/** @throws MediaError AAC_MALFORMED */
export function parseAudioConfig(config: Buffer): AudioConfig {
  const bits = new BitReader(config);
  const objectType = readObjectType(bits);
  const sampleRate = readSampleRate(bits);
  const channels = channelCounts[bits.u(4)] ?? 0;
  let core = objectType;
  if (objectType === 5 || objectType === 29) {
    readSampleRate(bits);
    core = readObjectType(bits);
  }
  const short = core >= 1 && core <= 7 && bits.u(1) === 1;
  if (bits.overrun || objectType === 0 || sampleRate === 0)
    throw new MediaError('AAC_MALFORMED', 'AudioSpecificConfig');
  // Zero channels means a program config element describes them; two is what cameras with that mean.
  return { objectType, sampleRate, channels: channels || 2, frameLength: short ? 960 : 1024 };
}

/** An AudioSpecificConfig for AAC LC. @throws MediaError AAC_MALFORMED for a rate or number of channels AAC has not. */
export function formatAudioConfig(sampleRate: number, channels: number): Buffer {
  const rate = sampleRates.indexOf(sampleRate);
  const channel = channelCounts.indexOf(channels);
  if (rate === -1 || channel < 1) throw new MediaError('AAC_MALFORMED', 'rate or channels that AAC does not have');
  return Buffer.from([(2 << 3) | (rate >> 1), ((rate & 1) << 7) | (channel << 3)]);
}

function readObjectType(bits: BitReader): number {
  const type = bits.u(5);
  return type === 31 ? 32 + bits.u(6) : type;
}

function readSampleRate(bits: BitReader): number {
  const index = bits.u(4);
  return index === 15 ? bits.u(24) : (sampleRates[index] ?? 0);
}
