import type { HubEvent } from '@marsad/contract';
import { useSettings } from '../settings/settings-store.ts';
import { showToast } from '../ui/toast-store.ts';

type Alert = Extract<HubEvent, { type: 'ALERT' }>['data'];

const tones = { info: 'plain', warning: 'warning', critical: 'alarm' } as const;

/** One toast for all alerts of a kind about one agency: it says the newest, and how many there were. */
export function showAlerts(alerts: readonly Alert[]): void {
  const arabic = useSettings.getState().language === 'ar';
  const groups = Map.groupBy(alerts, ({ type, severity, source }) => `alert ${severity} ${type} ${source ?? ''}`);
  for (const [group, members] of groups) {
    const newest = members.at(-1);
    if (!newest) continue;
    showToast(arabic ? newest.message_ar : newest.message_en, {
      tone: tones[newest.severity],
      group,
      count: members.length,
    });
  }
}
