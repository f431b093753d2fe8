import type { Digits, Language } from '../settings/settings-store.ts';

export interface Format {
  number: (value: number, options?: Intl.NumberFormatOptions) => string;
  /** Time of day with seconds, 24 hours, in the browser's zone. */
  clock: (at: number | Date) => string;
  /** Today: the time; another day: date and time. For "since". */
  since: (at: number, now?: number) => string;
  date: (at: number | Date) => string;
  dateTime: (at: number | Date) => string;
  /** `UTC+04:00` of that moment: it differs across a change of clocks. */
  offset: (at: number | Date) => string;
}

export function utcOffset(at: Date): string {
  const minutes = -at.getTimezoneOffset();
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  return `UTC${minutes < 0 ? '−' : '+'}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`;
}

export function createFormat(language: Language, digits: Digits): Format {
  // The region gives day-month order and the Gulf's month names; the digits are the operator's choice.
  const locale = `${language === 'ar' ? 'ar-AE' : 'en-GB'}-u-nu-${language === 'ar' ? digits : 'latn'}-ca-gregory`;
  const numbers = new Intl.NumberFormat(locale);
  // Making a formatter takes longer than many uses of it, and delays are written 64 times a second.
  const others = new Map<string, Intl.NumberFormat>();
  const numbersWith = (options: Intl.NumberFormatOptions) => {
    const key = JSON.stringify(options);
    const known = others.get(key) ?? new Intl.NumberFormat(locale, options);
    others.set(key, known);
    return known;
  };
  const clock = new Intl.DateTimeFormat(locale, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  });
  const date = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric' });
  const dayAndTime = new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const toLocaleDigits = (text: string) => text.replace(/\d/g, (digit) => numbers.format(Number(digit)));
  return {
    number: (value, options) => (options ? numbersWith(options) : numbers).format(value),
    clock: (at) => clock.format(at),
    since: (at, now = Date.now()) =>
      new Date(at).toDateString() === new Date(now).toDateString() ? clock.format(at) : dayAndTime.format(at),
    date: (at) => date.format(at),
    dateTime: (at) => dayAndTime.format(at),
    offset: (at) => toLocaleDigits(utcOffset(new Date(at))),
  };
}
