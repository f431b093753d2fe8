import { LimitsBody, type Source } from '@marsad/contract';

/** The limit that was typed, Arabic-Indic digits counting as digits; null when it is not one the server takes. */
export function limitOf(text: string, source: Source): number | null {
  const western = text.trim().replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x660));
  if (!/^\d{1,9}$/.test(western)) return null;
  const limit = Number(western);
  return LimitsBody.safeParse({ limits: { [source]: limit } }).success ? limit : null;
}
