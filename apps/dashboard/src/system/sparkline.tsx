import { type KeyboardEvent, type PointerEvent, useState } from 'react';
import { indexAt, movedBy, placeOf, type SparklinePath, sparklinePath, sparklineSize } from './sparkline-path.ts';

export interface SparklineProps {
  readonly values: readonly number[];
  /** Says the same in words. */
  readonly label: string;
  /** One value with its unit, and when it was. */
  readonly say: (index: number) => { readonly value: string; readonly time: string };
}

/**
 * Ten minutes of one figure. Time runs from left to right in both directions of reading. Each value is read by pointing at
 * it, and with the arrow keys.
 */
export function Sparkline({ values, label, say }: SparklineProps) {
  // From the newest backwards: which one that is changes every few seconds, the place on the screen does not.
  const [back, setBack] = useState<number | null>(null);
  const path = sparklinePath(values);
  const { width, height } = sparklineSize;
  const last = values.length - 1;
  const index = path === null || back === null ? null : Math.max(0, last - back);
  const place = index === null ? null : placeOf(values, index);

  const point = ({ clientX, currentTarget }: PointerEvent) => {
    const { left, width: across } = currentTarget.getBoundingClientRect();
    setBack(last - indexAt((clientX - left) / across, values.length));
  };
  const key = (event: KeyboardEvent) => {
    if (event.key === 'Escape') return setBack(null);
    const next = movedBy(event.key, index ?? last, values.length);
    if (next === null) return;
    event.preventDefault();
    setBack(last - next);
  };

  if (path === null) {
    return (
      <div role="img" aria-label={label}>
        <Picture path={null} />
      </div>
    );
  }
  const said = say(index ?? last);
  return (
    <div
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={last}
      aria-valuenow={index ?? last}
      aria-valuetext={`${said.time}: ${said.value}`}
      data-sparkline
      className="relative"
      onPointerMove={point}
      onPointerDown={point}
      onPointerLeave={() => setBack(null)}
      onFocus={(event) => event.currentTarget.matches(':focus-visible') && setBack(0)}
      onBlur={() => setBack(null)}
      onKeyDown={key}
    >
      <Picture path={path} />
      {place && (
        <>
          <svg
            aria-hidden
            viewBox={`0 0 ${width} ${height}`}
            preserveAspectRatio="none"
            className="pointer-events-none absolute inset-x-0 bottom-0 h-8 w-full text-text-2"
          >
            <path d={`M${place.x} 0V${height}`} stroke="currentcolor" vectorEffect="non-scaling-stroke" />
            <path
              d={`M${place.x} ${place.y}h0`}
              className="text-accent"
              stroke="currentcolor"
              strokeWidth={7}
              strokeLinecap="round"
              vectorEffect="non-scaling-stroke"
            />
          </svg>
          <p
            data-said
            className="figures pointer-events-none absolute end-0 bottom-full rounded-control border border-hairline bg-surface-3 px-2 py-0.5 text-12 whitespace-nowrap text-text shadow-float"
          >
            <bdi className="text-text-2">{said.time}</bdi> <bdi className="font-semibold">{said.value}</bdi>
          </p>
        </>
      )}
    </div>
  );
}

/** What is around it says the same in words. */
function Picture({ path }: { path: SparklinePath | null }) {
  const { width, height } = sparklineSize;
  return (
    <svg
      aria-hidden
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      className="mt-1 block h-8 w-full text-accent"
    >
      <path d={`M0 ${height - 0.5}H${width}`} className="stroke-hairline" vectorEffect="non-scaling-stroke" />
      {path && (
        <>
          <path d={path.area} className="fill-accent-soft" opacity={0.55} />
          <path
            d={path.line}
            fill="none"
            stroke="currentcolor"
            strokeWidth={1.5}
            strokeLinejoin="round"
            vectorEffect="non-scaling-stroke"
          />
        </>
      )}
    </svg>
  );
}
