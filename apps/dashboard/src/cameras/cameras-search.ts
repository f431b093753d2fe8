export interface CamerasSearch {
  source?: string;
  status?: 'ONLINE' | 'OFFLINE' | 'ERROR';
  q?: string;
}

const statuses = ['ONLINE', 'OFFLINE', 'ERROR'] as const;
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** What the address of the cameras page may say; anything else in it is left out. */
export function parseCamerasSearch(search: Record<string, unknown>): CamerasSearch {
  const source = text(search['source']);
  const q = text(search['q']);
  const status = statuses.find((known) => known === search['status']);
  return { ...(source ? { source } : {}), ...(status ? { status } : {}), ...(q ? { q } : {}) };
}
