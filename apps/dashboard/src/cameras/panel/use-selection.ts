import { type MouseEvent, useCallback, useRef, useState } from 'react';

/** Which cameras are chosen, as in a file list: Ctrl adds, Shift takes all up to here. */
export function useSelection(order: readonly string[]) {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const anchor = useRef<string | null>(null);

  const toggle = useCallback((id: string) => {
    anchor.current = id;
    setIds((before) => {
      const next = new Set(before);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  }, []);

  const clear = useCallback(() => setIds(new Set()), []);

  const click = (id: string, event: Pick<MouseEvent, 'shiftKey' | 'ctrlKey' | 'metaKey'>) => {
    if (event.shiftKey) {
      const from = Math.max(0, order.indexOf(anchor.current ?? id));
      const to = order.indexOf(id);
      setIds(new Set(order.slice(Math.min(from, to), Math.max(from, to) + 1)));
    } else if (event.ctrlKey || event.metaKey) {
      toggle(id);
    } else {
      anchor.current = id;
      clear();
    }
  };

  return { ids, toggle, clear, click };
}
