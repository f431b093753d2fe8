import { create } from 'zustand';

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly tone: 'plain' | 'warning' | 'alarm';
  readonly action?: { readonly label: string; readonly run: () => void };
  /** Those of one group are one toast, which counts them. */
  readonly group?: string;
  readonly count: number;
}

interface Toasts {
  toasts: readonly Toast[];
  show: (text: string, more?: Partial<Pick<Toast, 'tone' | 'action' | 'group' | 'count'>>) => void;
  dismiss: (id: number) => void;
}

let next = 1;
const most = 3;

/** Whoever closed a toast of a group knows: for a minute it does not come back, unless it got worse. */
const quiet = 60_000;
const dismissed = new Map<string, number>();

function lately(group: string): boolean {
  const at = dismissed.get(group);
  if (at === undefined) return false;
  if (performance.now() - at < quiet) return true;
  dismissed.delete(group);
  return false;
}

export const useToasts = create<Toasts>()((set, get) => ({
  toasts: [],
  show: (text, { tone = 'plain', group, count = 1, action } = {}) => {
    if (group !== undefined) {
      const same = get().toasts.find((toast) => toast.group === group);
      if (same) {
        const more = { ...same, text, count: same.count + count };
        set(({ toasts }) => ({ toasts: toasts.map((toast) => (toast === same ? more : toast)) }));
        return;
      }
      if (lately(group)) return;
    }
    const toast: Toast = { id: next, text, tone, count, ...(action ? { action } : {}), ...(group ? { group } : {}) };
    next += 1;
    // Three at most: more are a wall of text nobody reads. What is alarming goes last.
    set(({ toasts }) => {
      const kept = toasts.filter((other) => other.group !== undefined || other.text !== text);
      while (kept.length >= most) {
        const least = kept.findIndex((other) => other.tone !== 'alarm');
        kept.splice(Math.max(0, least), 1);
      }
      return { toasts: [...kept, toast] };
    });
  },
  dismiss: (id) => {
    const group = get().toasts.find((toast) => toast.id === id)?.group;
    if (group !== undefined) dismissed.set(group, performance.now());
    set(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) }));
  },
}));

export const showToast = useToasts.getState().show;
