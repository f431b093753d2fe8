import { create } from 'zustand';

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly tone: 'plain' | 'alarm';
  readonly action?: { readonly label: string; readonly run: () => void };
}

interface Toasts {
  toasts: readonly Toast[];
  show: (text: string, more?: Partial<Pick<Toast, 'tone' | 'action'>>) => void;
  dismiss: (id: number) => void;
}

let next = 1;

export const useToasts = create<Toasts>()((set) => ({
  toasts: [],
  show: (text, more = {}) => {
    const toast: Toast = { id: next, text, tone: 'plain', ...more };
    next += 1;
    // Three at most: more are a wall of text nobody reads.
    set(({ toasts }) => ({ toasts: [...toasts.filter((other) => other.text !== text).slice(-2), toast] }));
  },
  dismiss: (id) => set(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) })),
}));

export const showToast = useToasts.getState().show;
