/** Milliseconds of an xs:duration without years and months, whose length nobody knows; null for anything else. */
export function durationMs(text: string): number | null {
  const pattern = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;
  const match = pattern.exec(text);
  if (!match || /[PT]$/.test(text)) return null;
  const [days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0));
  return ((((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1000;
}
