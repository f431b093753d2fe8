/** `nal_unit_type` values (H.264 table 7-1; 24 and up: RFC 6184 5.2). */
export const nalType = {
  slice: 1,
  partitionA: 2,
  partitionB: 3,
  partitionC: 4,
  idr: 5,
  sei: 6,
  sps: 7,
  pps: 8,
  accessUnitDelimiter: 9,
  endOfSequence: 10,
  endOfStream: 11,
  filler: 12,
  stapA: 24,
  stapB: 25,
  mtap16: 26,
  mtap24: 27,
  fuA: 28,
  fuB: 29,
} as const;

/** `nal_unit_type` of a NAL unit without start code (H.264 7.3.1); 0 for an empty buffer. */
export function typeOfNal(nal: Uint8Array): number {
  return (nal[0] ?? 0) & 0x1f;
}

/** `nal_ref_idc`: 0 when no other picture refers to this one (H.264 7.4.1). */
export function refIdcOfNal(nal: Uint8Array): number {
  return ((nal[0] ?? 0) >> 5) & 3;
}

/** True for coded slice data: types 1 to 5. */
export function isSlice(type: number): boolean {
  return type >= nalType.slice && type <= nalType.idr;
}
