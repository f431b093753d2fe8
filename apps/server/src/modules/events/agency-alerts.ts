import { agencies, type HubEvent, type Source } from '@marsad/contract';

export interface AgencyUse {
  readonly current: number;
  readonly limit: number;
}

type Alert = Extract<HubEvent, { type: 'ALERT' }>['data'];

/** Share of a limit from which somebody should know. */
const near = 0.9;

type Level = 'free' | 'near' | 'full';

function levelOf({ current, limit }: AgencyUse): Level {
  if (current >= limit) return 'full';
  return current > limit * near ? 'near' : 'free';
}

/** What is worth an alert in the change from one use of a limit to another: each threshold, when it is crossed upwards. */
export function alertsBetween(source: Source, before: AgencyUse, after: AgencyUse): Alert[] {
  const [was, is] = [levelOf(before), levelOf(after)];
  if (is === was || is === 'free' || (is === 'near' && was === 'full')) return [];
  const { name, name_ar } = agencies[source];
  const numbers = `${after.current}/${after.limit}`;
  const en = is === 'full' ? `${name} has reached its limit (${numbers})` : `${name} is near its limit (${numbers})`;
  const ar =
    is === 'full' ? `بلغت ${name_ar} الحد الأقصى (${numbers})` : `اقتربت ${name_ar} من الحد الأقصى (${numbers})`;
  return [
    {
      type: is === 'full' ? 'AGENCY_LIMIT_REACHED' : 'AGENCY_LIMIT_NEAR',
      severity: is === 'full' ? 'critical' : 'warning',
      message: en,
      message_en: en,
      message_ar: ar,
      source,
    },
  ];
}
