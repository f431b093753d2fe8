import { Bus, Cctv, type LucideIcon, Shield, TrainFront } from 'lucide-react';

const marks: Record<string, LucideIcon> = { DUBAI_POLICE: Shield, METRO: TrainFront, BUS: Bus };

/** The agency by its shape; its name always stands near or in the label of what carries the mark. */
export function AgencyMark({ source, size = 15 }: { source: string; size?: number }) {
  const Mark = marks[source] ?? Cctv;
  return <Mark size={size} strokeWidth={1.75} aria-hidden="true" className="shrink-0" />;
}
