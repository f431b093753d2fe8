/** `Session` (RFC 2326 12.37). `timeout` in seconds; 60 when the server names none. Null when there is no id. */
export function parseSession(value: string): { readonly id: string; readonly timeout: number } | null {
  const [id = '', ...parameters] = value.split(';').map((part) => part.trim());
  if (id === '') return null;
  for (const parameter of parameters) {
    const match = /^timeout\s*=\s*"?(\d{1,6})/i.exec(parameter);
    if (match?.[1] !== undefined && Number(match[1]) > 0) return { id, timeout: Number(match[1]) };
  }
  return { id, timeout: 60 };
}

export function formatSession(id: string, timeout?: number): string {
  return timeout === undefined ? id : `${id};timeout=${timeout}`;
}

/** Methods of `Public` (RFC 2326 12.28) or `Allow`, in upper case. Several fields may be given. */
export function parsePublic(values: readonly string[]): Set<string> {
  return new Set(
    values.flatMap((value) =>
      value
        .split(/[\s,]+/)
        .filter((m) => m !== '')
        .map((m) => m.toUpperCase()),
    ),
  );
}

/** One stream of `RTP-Info` (RFC 2326 12.33): what the first packet after PLAY will carry. */
export interface RtpInfo {
  readonly url: string;
  readonly seq: number | null;
  readonly rtptime: number | null;
}

/** Never throws. URLs may hold commas and semicolons, so a new entry begins only at `url=`. */
export function parseRtpInfo(value: string): RtpInfo[] {
  return value
    .slice(0, 4096)
    .split(/(?:^|,)\s*(?=url\s*=)/i)
    .slice(0, 64)
    .flatMap((entry) => {
      const url = /^url\s*=\s*"?(.*?)"?\s*(?=;\s*(?:seq|rtptime|ssrc)\s*=|,?\s*$)/i.exec(entry)?.[1];
      if (url === undefined || url === '') return [];
      const number = (name: string, max: number) => {
        const text = new RegExp(`;\\s*${name}\\s*=\\s*(\\d{1,10})`, 'i').exec(entry)?.[1];
        return text === undefined || Number(text) > max ? null : Number(text);
      };
      return [{ url, seq: number('seq', 0xffff), rtptime: number('rtptime', 0xffff_ffff) }];
    });
}

export function formatRtpInfo(infos: readonly RtpInfo[]): string {
  return infos
    .map(({ url, seq, rtptime }) => {
      const parts = [`url=${url}`];
      if (seq !== null) parts.push(`seq=${seq}`);
      if (rtptime !== null) parts.push(`rtptime=${rtptime}`);
      return parts.join(';');
    })
    .join(',');
}

/** `Range` (RFC 2326 12.29). `npt` in seconds (`now` = live edge), `clock` in milliseconds since the epoch. */
export type RtspRange =
  | { readonly unit: 'npt'; readonly start: number | 'now' | null; readonly end: number | null }
  | { readonly unit: 'clock'; readonly start: number; readonly end: number | null };

/** Null for what it cannot read (also SMPTE times, which cameras do not use). */
export function parseRange(value: string): RtspRange | null {
  const match = /^\s*(npt|clock)\s*=\s*([^\s;-]*)\s*-\s*([^\s;]*)/i.exec(value.slice(0, 256));
  if (match?.[1] === undefined) return null;
  const [, unit, first = '', last = ''] = match;
  if (unit?.toLowerCase() === 'npt') {
    const start = first.toLowerCase() === 'now' ? 'now' : first === '' ? null : nptSeconds(first);
    const end = last === '' ? null : nptSeconds(last);
    return start === undefined || end === undefined ? null : { unit: 'npt', start, end };
  }
  const start = clockMilliseconds(first);
  const end = last === '' ? null : clockMilliseconds(last);
  return start === undefined || end === undefined ? null : { unit: 'clock', start, end };
}

export function formatRange(range: RtspRange): string {
  if (range.unit === 'clock')
    return `clock=${clockText(range.start)}-${range.end === null ? '' : clockText(range.end)}`;
  const seconds = (value: number) => value.toFixed(3);
  const start = range.start === null ? '' : range.start === 'now' ? 'now' : seconds(range.start);
  return `npt=${start}-${range.end === null ? '' : seconds(range.end)}`;
}

/** `npt-sec` or `npt-hhmmss` (RFC 2326 3.6). */
function nptSeconds(text: string): number | undefined {
  const clock = /^(\d{1,6}):(\d{1,2}):(\d{1,2}(?:\.\d{0,9})?)$/.exec(text);
  if (clock !== null) return Number(clock[1]) * 3600 + Number(clock[2]) * 60 + Number(clock[3]);
  return /^\d{1,12}(?:\.\d{0,9})?$/.test(text) ? Number(text) : undefined;
}

/** `utc-time` (RFC 2326 3.7): `19970123T153600.25Z`. */
function clockMilliseconds(text: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\.\d{1,9})?Z$/i.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '0'] = match;
  const whole = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(whole) ? undefined : whole + Math.round(Number(fraction) * 1000);
}

function clockText(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replaceAll('-', '').replaceAll(':', '');
}
