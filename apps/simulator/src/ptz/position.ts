/** Where a head looks: pan and tilt −1 to 1 (right and up are positive), zoom 0 to 1. */
export interface PtzPosition {
  readonly pan: number;
  readonly tilt: number;
  readonly zoom: number;
}

/** Something for each axis that is named; the others are left alone. */
export type PtzVector = Partial<PtzPosition>;

/** How much a lens all the way in enlarges. */
const LONGEST_LENS = 9;

/**
 * How a picture shows where its camera looks: `P+012 T-03 Z1.4`, degrees of pan (±180) and tilt (±90), and how much the
 * lens enlarges. Always as long.
 */
export function positionText({ pan, tilt, zoom }: PtzPosition): string {
  const lens = (1 + zoom * (LONGEST_LENS - 1)).toFixed(1);
  return `P${degrees(pan * 180, 3)} T${degrees(tilt * 90, 2)} Z${lens}`;
}

function degrees(angle: number, digits: number): string {
  const whole = Math.round(angle);
  return `${whole < 0 ? '-' : '+'}${String(Math.abs(whole)).padStart(digits, '0')}`;
}
