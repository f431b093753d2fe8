/** Seconds from 1900 (NTP) to 1970 (Unix). */
const epoch = 2_208_988_800;

/** A 64-bit NTP timestamp in two halves (RFC 3550 4). */
export interface NtpTime {
  /** Seconds since 1900, 32 bits. */
  readonly seconds: number;
  /** 2^-32 seconds. */
  readonly fraction: number;
}

/** From milliseconds since the Unix epoch; fractions of a millisecond are kept. */
export function ntpFromUnix(milliseconds: number): NtpTime {
  const whole = Math.floor(milliseconds / 1000);
  const fraction = Math.min(0xffff_ffff, Math.round(((milliseconds - whole * 1000) / 1000) * 0x1_0000_0000));
  return { seconds: (((whole + epoch) % 0x1_0000_0000) + 0x1_0000_0000) % 0x1_0000_0000, fraction };
}

/** To milliseconds since the Unix epoch. Seconds below 2^31 are of the era that begins in 2036 (RFC 5905 6). */
export function unixFromNtp(time: NtpTime): number {
  const seconds = time.seconds < 0x8000_0000 ? time.seconds + 0x1_0000_0000 : time.seconds;
  return (seconds - epoch) * 1000 + (time.fraction / 0x1_0000_0000) * 1000;
}

/** The middle 32 bits, as in LSR and DLSR fields (RFC 3550 6.4.1). */
export function compactNtp(time: NtpTime): number {
  return (((time.seconds & 0xffff) << 16) | (time.fraction >>> 16)) >>> 0;
}
