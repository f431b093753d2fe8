import { Notice } from '@marsad/contract';
import { showToast } from '../../ui/toast-store.ts';

const tones = { info: 'plain', warning: 'warning', critical: 'alarm' } as const;

/** What an administrator says to those who watch, as a toast; anything that is not a notice is ignored. */
export function showNotice(payload: Uint8Array): void {
  const notice = readNotice(payload);
  if (notice) showToast(notice.text, { tone: tones[notice.severity] });
}

function readNotice(payload: Uint8Array): Notice | null {
  try {
    return Notice.safeParse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload))).data ?? null;
  } catch {
    return null;
  }
}
