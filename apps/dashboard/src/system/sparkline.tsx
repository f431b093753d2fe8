import { sparklinePath, sparklineSize } from './sparkline-path.ts';

interface Props {
  values: readonly number[];
  /** Says the same in words. */
  label: string;
}

/** Ten minutes of one figure. Time runs from left to right in both directions of reading. */
export function Sparkline({ values, label }: Props) {
  const path = sparklinePath(values);
  const { width, height } = sparklineSize;
  return (
    <svg
      role="img"
      aria-label={label}
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
