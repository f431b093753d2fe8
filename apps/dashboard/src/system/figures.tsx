import { Skeleton } from '../ui/skeleton.tsx';
import { Sparkline, type SparklineProps } from './sparkline.tsx';

export interface Figure {
  label: string;
  /** null while loading. */
  value: string | null;
  of?: string | null;
  /** What else there is to say, short. */
  note?: string | null;
  chart?: SparklineProps;
}

export function Figures({ figures }: { figures: readonly Figure[] }) {
  return (
    <dl className="mt-4 grid grid-cols-2 gap-px overflow-hidden rounded-control border border-hairline bg-hairline lg:grid-cols-4">
      {figures.map(({ label, value, of, note, chart }) => (
        <div key={label} className="flex flex-col bg-surface-1 px-5 py-4">
          <dt className="text-13 text-text-2">{label}</dt>
          <dd className="figures mt-1 flex min-h-10 flex-wrap items-baseline gap-x-2 text-20 font-semibold">
            {value === null ? (
              <Skeleton className="my-2 h-6 w-16" />
            ) : (
              <bdi dir={of ? 'ltr' : 'auto'}>
                {value}
                {of && <span className="text-16 font-normal text-text-muted"> / {of}</span>}
              </bdi>
            )}
            {note && <span className="text-12 font-normal text-text-muted">{note}</span>}
          </dd>
          {chart && (
            <dd className="mt-auto">
              <Sparkline {...chart} />
            </dd>
          )}
        </div>
      ))}
    </dl>
  );
}
