import type { ControlPage } from '@marsad/contract';

/** One page of a list, beside how much there is. A page behind the last one is empty. */
export function pageOf<T>(all: readonly T[], { page, itemsPerPage }: ControlPage) {
  const start = page * itemsPerPage;
  return {
    itemCount: all.length,
    pageCount: Math.ceil(all.length / itemsPerPage),
    items: all.slice(start, start + itemsPerPage),
  };
}
