import type { Source } from '@marsad/contract';
import i18next from 'i18next';
import { api } from '../api/client.ts';
import { errorSentence } from '../api/error-sentence.ts';
import { queryClient } from '../cameras/cameras-query.ts';
import { showToast } from '../ui/toast-store.ts';
import { limitsQuery } from './admin-queries.ts';

interface Change {
  readonly source: Source;
  readonly from: number;
  readonly to: number;
  /** Of the agency, for the toast. */
  readonly name: string;
  readonly write: (limit: number) => string;
}

/** Changes one limit and offers the way back. False when the server did not take it, which has been said then. */
export async function setLimit({ source, from, to, name, write }: Change): Promise<boolean> {
  try {
    const { limits } = await api.admin.setLimits({ body: { limits: { [source]: to } } });
    queryClient.setQueryData(limitsQuery.queryKey, limits);
    showToast(i18next.t('streams:limit-saved', { name, limit: write(to) }), {
      action: {
        label: i18next.t('common:undo'),
        run: () => void setLimit({ source, from: to, to: from, name, write }),
      },
    });
    return true;
  } catch (error) {
    showToast(errorSentence(error), { tone: 'alarm' });
    return false;
  }
}
