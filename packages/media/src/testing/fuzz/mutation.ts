/** A small seeded generator (mulberry32): a failing fuzz test fails again. Gives numbers in [0, 1). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

const interesting = [0x00, 0x01, 0x03, 0x0a, 0x0d, 0x20, 0x24, 0x3a, 0x3b, 0x7f, 0x80, 0xff];

/** A copy of one of the samples with a few mutations: flipped bits, odd bytes, cuts, repeats, joins with another. */
export function mutate(samples: readonly Buffer[], random: () => number): Buffer {
  const pick = (n: number) => Math.floor(random() * n);
  let bytes = Buffer.from(samples[pick(samples.length)] ?? Buffer.alloc(0));
  for (let rounds = 1 + pick(6); rounds > 0; rounds--) {
    const at = pick(bytes.length + 1);
    switch (pick(7)) {
      case 0:
        if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << pick(8));
        break;
      case 1:
        if (at < bytes.length) bytes[at] = interesting[pick(interesting.length)] ?? 0;
        break;
      case 2:
        bytes = bytes.subarray(0, at);
        break;
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + pick(16)))]);
        break;
      case 4: {
        const part = bytes.subarray(at, at + pick(64));
        bytes = Buffer.concat([bytes.subarray(0, at), part, part, bytes.subarray(at)]);
        break;
      }
      case 5: {
        const other = samples[pick(samples.length)] ?? bytes;
        bytes = Buffer.concat([bytes.subarray(0, at), other.subarray(pick(other.length + 1))]);
        break;
      }
      default: {
        const noise = Buffer.from(Array.from({ length: pick(12) }, () => pick(256)));
        bytes = Buffer.concat([bytes.subarray(0, at), noise, bytes.subarray(at)]);
      }
    }
  }
  return bytes;
}
