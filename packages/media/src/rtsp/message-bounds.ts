const LF = 0x0a;
const CR = 0x0d;
/** No method is longer, in bytes. */
export const longestMethod = 24;

const methods = new Set(
  'OPTIONS DESCRIBE ANNOUNCE SETUP PLAY PAUSE TEARDOWN GET_PARAMETER SET_PARAMETER REDIRECT RECORD'.split(' '),
);

/** Whether the bytes begin with `RTSP/`, or a method and a space; out of step it must be a method of RFC 2326 10. */
export function startLineVerdict(bytes: Buffer, length: number, anyMethod: boolean): 'yes' | 'no' | 'more' {
  for (let i = 0; i < length; i++) {
    const byte = bytes[i] ?? 0;
    if (i === 4 && byte === 0x2f) return bytes.toString('latin1', 0, 4) === 'RTSP' ? 'yes' : 'no';
    if (i >= 3 && byte === 0x20) return anyMethod || methods.has(bytes.toString('latin1', 0, i)) ? 'yes' : 'no';
    if (i >= longestMethod || !((byte >= 0x41 && byte <= 0x5a) || byte === 0x5f)) return 'no';
  }
  return 'more';
}

/** Index just behind an empty line, or -1. */
export function blankLineEnd(bytes: Buffer, from: number, to: number): number {
  for (let at = bytes.indexOf(LF, from); at !== -1 && at < to; at = bytes.indexOf(LF, at + 1)) {
    if (at + 1 < to && bytes[at + 1] === LF) return at + 2;
    if (at + 2 < to && bytes[at + 1] === CR && bytes[at + 2] === LF) return at + 3;
  }
  return -1;
}
