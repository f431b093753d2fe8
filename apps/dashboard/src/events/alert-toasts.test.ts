import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

// Loaded after the page's globals are there: settings and languages ask for them.
const stored = new Map<string, string>();
vi.stubGlobal('localStorage', {
  getItem: (key: string) => stored.get(key) ?? null,
  setItem: (key: string, value: string) => void stored.set(key, value),
  removeItem: (key: string) => void stored.delete(key),
});
vi.stubGlobal('document', { documentElement: { lang: 'en', dataset: {}, style: {} }, addEventListener: () => {} });
vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => {} }));
vi.stubGlobal('navigator', { language: 'en', languages: ['en'] });
const { showAlerts } = await import('./alert-toasts.ts');
const { useSettings } = await import('../settings/settings-store.ts');
const { useToasts } = await import('../ui/toast-store.ts');

const alert = (source: 'BUS' | 'METRO' | null, numbers: string, severity: 'warning' | 'critical' = 'critical') => ({
  type: 'AGENCY_LIMIT_REACHED',
  severity,
  message: numbers,
  message_en: `full ${numbers}`,
  message_ar: `ممتلئة ${numbers}`,
  source,
});
const shown = () => useToasts.getState().toasts.map(({ text, tone, count }) => [text, tone, count]);

beforeEach(() => {
  vi.useFakeTimers();
  useSettings.setState({ language: 'en' });
});
afterEach(() => {
  useToasts.setState({ toasts: [] });
  vi.advanceTimersByTime(120_000);
  vi.useRealTimers();
});

describe('alerts', () => {
  it('are one toast for each agency and kind, with the newest words and how many there were', () => {
    showAlerts([alert('BUS', '19/20'), alert('BUS', '20/20'), alert('METRO', '30/30', 'warning')]);
    expect(shown()).toEqual([
      ['full 20/20', 'alarm', 2],
      ['full 30/30', 'warning', 1],
    ]);
    showAlerts([alert('BUS', '21/20')]);
    expect(shown()[0]).toEqual(['full 21/20', 'alarm', 3]);
  });

  it('speak the user’s language', () => {
    useSettings.setState({ language: 'ar' });
    showAlerts([alert('BUS', '20/20')]);
    expect(shown()).toEqual([['ممتلئة 20/20', 'alarm', 1]]);
  });

  it('stay away for a minute once closed, unless it got worse', () => {
    showAlerts([alert('BUS', '19/20', 'warning')]);
    const [toast] = useToasts.getState().toasts;
    useToasts.getState().dismiss(toast?.id ?? 0);
    showAlerts([alert('BUS', '19/20', 'warning')]);
    expect(shown()).toEqual([]);
    showAlerts([alert('BUS', '20/20')]);
    expect(shown()).toEqual([['full 20/20', 'alarm', 1]]);
    vi.advanceTimersByTime(61_000);
    showAlerts([alert('BUS', '19/20', 'warning')]);
    expect(shown()).toHaveLength(2);
  });

  it('never are more than three, and what is alarming goes last', () => {
    const { show } = useToasts.getState();
    showAlerts([alert('BUS', '20/20')]);
    for (const text of ['a', 'b', 'c', 'c']) show(text);
    expect(shown().map(([text]) => text)).toEqual(['full 20/20', 'b', 'c']);
  });
});
