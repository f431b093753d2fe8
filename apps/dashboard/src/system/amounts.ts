import type { TFunction } from 'i18next';
import type { Format } from '../format/format.ts';

const steps = [
  [1e9, 'Gbit'],
  [1e6, 'Mbit'],
  [1e3, 'kbit'],
] as const;

/** Three digits are enough to compare. */
const digits = (value: number): Intl.NumberFormatOptions => ({
  maximumFractionDigits: value > 0 && value < 10 ? 2 : value < 100 ? 1 : 0,
});

/** Bits per second as people say them. */
export function bitrate(bits: number, t: TFunction, format: Format): string {
  const [size, unit] = steps.find(([size]) => bits >= size) ?? [1, 'bit'];
  const value = bits / size;
  return t(`system:unit.${unit}`, { number: format.number(value, digits(value)) });
}

export function megabytes(bytes: number, t: TFunction, format: Format): string {
  return t('system:unit.MB', { number: format.number(Math.round(bytes / 1e6)) });
}

export function perSecond(rate: number, t: TFunction, format: Format): string {
  return t('system:per-second', { number: format.number(rate, digits(rate)) });
}
