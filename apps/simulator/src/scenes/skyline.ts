import { type Canvas, gradient } from './canvas.ts';
import { colour, lit } from './colour.ts';
import { seeded } from './random.ts';

const NEAR = colour('#9fb0bb');
const FAR = colour('#b9c6cc');
const FOOT = colour('#d6d9d4');

/** A city far away in the haze, standing on the row `horizon`. */
export function skyline(canvas: Canvas, horizon: number): void {
  const random = seeded(20260);
  for (const [paint, count, tallest] of [
    [FAR, 46, 74],
    [NEAR, 34, 56],
  ] as const) {
    for (let i = 0; i < count; i++) {
      const x = random() * canvas.width;
      const width = 12 + random() * 30;
      const height = tallest * (0.25 + 0.75 * random() * random());
      const tone = gradient(lit(paint, 0.9 + random() * 0.12), FOOT, horizon - height, horizon + 10);
      canvas.rect(x, horizon - height, width, height + 2, tone);
      if (random() < 0.3)
        canvas.stroke(x + width / 2, horizon - height, x + width / 2, horizon - height - 12, 2, paint);
      for (let row = horizon - height + 4; row < horizon - 4; row += 5) {
        canvas.rect(x + 2, row, width - 4, 1.2, lit(paint, 0.82), 0.4);
      }
    }
  }
  spire(canvas, 812, horizon);
}

/** The tall tower that everybody knows, in steps up to a needle. */
function spire(canvas: Canvas, x: number, horizon: number): void {
  const tone = gradient(lit(NEAR, 0.92), FOOT, horizon - 140, horizon + 10);
  for (const [width, height] of [
    [26, 38],
    [20, 64],
    [14, 90],
    [8, 112],
    [3, 146],
  ] as const) {
    canvas.polygon(
      [
        x - width / 2,
        horizon + 2,
        x - width / 2 + width * 0.1,
        horizon - height,
        x + width / 2 - width * 0.1,
        horizon - height,
        x + width / 2,
        horizon + 2,
      ],
      tone,
    );
  }
}
