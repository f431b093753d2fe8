import { FRAME_RATE } from '../encoding/profile.ts';
import { PacketTemplate } from '../rtp/packet-template.ts';
import { seeded } from '../scenes/random.ts';

export const AUDIO_PAYLOAD_TYPE = 0;
const RATE = 8000;
const SECONDS = 2;

/** Two seconds of mains hum, rumble and a soft chime in G.711 µ-law, one packet for each frame of video. */
export function humTemplates(): PacketTemplate[] {
  const perPacket = RATE / FRAME_RATE;
  const random = seeded(4711);
  const samples = new Uint8Array(RATE * SECONDS);
  let rumble = 0;
  for (let i = 0; i < samples.length; i++) {
    const t = i / RATE;
    rumble = rumble * 0.96 + (random() - 0.5) * 900;
    const hum = 900 * Math.sin(2 * Math.PI * 100 * t) + 350 * Math.sin(2 * Math.PI * 150 * t);
    const chime = 5000 * Math.exp(-6 * t) * Math.sin(2 * Math.PI * 880 * t) * Math.min(1, t * 60);
    samples[i] = muLaw(Math.round(hum + rumble + chime));
  }
  return Array.from({ length: SECONDS * FRAME_RATE }, (_, i) => {
    const payload = Buffer.from(samples.subarray(i * perPacket, (i + 1) * perPacket));
    return new PacketTemplate([payload], AUDIO_PAYLOAD_TYPE, false);
  });
}

/** ITU-T G.711 µ-law of a 16-bit sample. */
function muLaw(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(32_635, Math.abs(sample)) + 132;
  const exponent = 31 - Math.clz32(magnitude) - 7;
  return ~(sign | (exponent << 4) | ((magnitude >> (exponent + 3)) & 0x0f)) & 0xff;
}
