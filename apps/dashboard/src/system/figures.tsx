import { Skeleton } from '../ui/skeleton.tsx';

interface Figure {
  label: string;
  /** null while loading. */
  value: string | null;
  of?: string | null;
}

export function Figures({ figures }: { figures: readonly Figure[] }) {
  return (
    <dl className="mt-4 grid grid-cols-2 gap-px overflow-hidden rounded-control border border-hairline bg-hairline lg:grid-cols-4">
      {figures.map(({ label, value, of }) => (
        <div key={label} className="bg-surface-1 px-5 py-4">
          <dt className="text-13 text-text-2">{label}</dt>
          <dd className="figures mt-1 flex h-10 items-baseline gap-1 text-28 font-semibold">
            {value === null ? <Skeleton className="my-2 h-6 w-16" /> : <bdi>{value}</bdi>}
            {value !== null && of && (
              <bdi dir="ltr" className="text-16 font-normal text-text-muted">
                / {of}
              </bdi>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}
