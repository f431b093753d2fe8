import type { AccessUnit, ParameterSets } from '@marsad/media';
import { frameKinds } from './frame.ts';
import { RpcError } from './rpc-error.ts';

const flags = { key: 1, disposable: 2, video: 4, replay: 8, parameterSets: 16 } as const;
const fixed = 4 + 1 + 1 + 8 + 8 + 8 + 2;

/**
 * An access unit as buffers to be written one after another, so that the pictures themselves are never copied.
 *
 * Payload: subscription u32, flags u8, track u8, pts f64, dts f64, arrival f64, number of NAL units u16, their lengths
 * u32 each, then with flag 16 the parameter sets (SPS length u16, number of PPS u8, their lengths u16 each, the sets),
 * then the NAL units. Big endian.
 */
export function encodeUnit(subscription: number, unit: AccessUnit, replay: boolean): Buffer[] {
  const sets = unit.parameterSets;
  let setsBytes = 0;
  if (sets) {
    setsBytes = 3 + sets.sps.length + 2 * sets.pps.length;
    for (const pps of sets.pps) setsBytes += pps.length;
  }
  const payload = fixed + 4 * unit.nals.length + setsBytes + unit.bytes;
  const head = Buffer.allocUnsafe(5 + payload - unit.bytes);
  head.writeUInt32BE(payload + 1, 0);
  head.writeUInt8(frameKinds.unit, 4);
  head.writeUInt32BE(subscription, 5);
  head.writeUInt8(
    (unit.key ? flags.key : 0) |
      (unit.disposable ? flags.disposable : 0) |
      (unit.kind === 'video' ? flags.video : 0) |
      (replay ? flags.replay : 0) |
      (sets ? flags.parameterSets : 0),
    9,
  );
  head.writeUInt8(unit.track, 10);
  head.writeDoubleBE(unit.pts, 11);
  head.writeDoubleBE(unit.dts, 19);
  head.writeDoubleBE(unit.arrival, 27);
  head.writeUInt16BE(unit.nals.length, 35);
  let at = 37;
  for (const nal of unit.nals) at = head.writeUInt32BE(nal.length, at);
  if (sets) {
    at = head.writeUInt16BE(sets.sps.length, at);
    at = head.writeUInt8(sets.pps.length, at);
    for (const pps of sets.pps) at = head.writeUInt16BE(pps.length, at);
    at += sets.sps.copy(head, at);
    for (const pps of sets.pps) at += pps.copy(head, at);
  }
  return [head, ...unit.nals];
}

export interface ReceivedUnit {
  readonly subscription: number;
  readonly unit: AccessUnit;
  readonly replay: boolean;
}

/** The NAL units are views of `payload`. @throws RpcError `PROTOCOL` when lengths do not add up. */
export function decodeUnit(payload: Buffer): ReceivedUnit {
  const read = new Cursor(payload);
  const subscription = read.u32();
  const bits = read.u8();
  const track = read.u8();
  const pts = read.f64();
  const dts = read.f64();
  const arrival = read.f64();
  const lengths: number[] = [];
  for (let left = read.u16(); left > 0; left--) lengths.push(read.u32());
  const parameterSets = bits & flags.parameterSets ? readSets(read) : null;
  const nals = lengths.map((length) => read.bytes(length));
  if (read.left !== 0) throw new RpcError('PROTOCOL', 'access unit with bytes to spare');
  return {
    subscription,
    replay: (bits & flags.replay) !== 0,
    unit: {
      track,
      kind: bits & flags.video ? 'video' : 'audio',
      nals,
      pts,
      dts,
      arrival,
      key: (bits & flags.key) !== 0,
      disposable: (bits & flags.disposable) !== 0,
      bytes: lengths.reduce((sum, length) => sum + length, 0),
      ...(parameterSets ? { parameterSets } : {}),
    },
  };
}

function readSets(read: Cursor): ParameterSets {
  const spsLength = read.u16();
  const ppsLengths: number[] = [];
  for (let left = read.u8(); left > 0; left--) ppsLengths.push(read.u16());
  return { sps: read.bytes(spsLength), pps: ppsLengths.map((length) => read.bytes(length)) };
}

class Cursor {
  readonly #buffer: Buffer;
  #at = 0;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  get left(): number {
    return this.#buffer.length - this.#at;
  }

  u8(): number {
    return this.#buffer.readUInt8(this.#take(1));
  }

  u16(): number {
    return this.#buffer.readUInt16BE(this.#take(2));
  }

  u32(): number {
    return this.#buffer.readUInt32BE(this.#take(4));
  }

  f64(): number {
    return this.#buffer.readDoubleBE(this.#take(8));
  }

  bytes(length: number): Buffer {
    const at = this.#take(length);
    return this.#buffer.subarray(at, at + length);
  }

  #take(length: number): number {
    if (this.left < length) throw new RpcError('PROTOCOL', 'access unit cut short');
    const at = this.#at;
    this.#at += length;
    return at;
  }
}
