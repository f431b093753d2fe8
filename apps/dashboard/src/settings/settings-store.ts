import { create } from 'zustand';
import { persist } from 'zustand/middleware';

export type Language = 'en' | 'ar';
export type Theme = 'system' | 'dark' | 'light';
type Density = 'comfortable' | 'compact';
/** Western digits in both languages unless the operator asks for Arabic-Indic ones. */
export type Digits = 'latn' | 'arab';

interface Settings {
  language: Language;
  theme: Theme;
  density: Density;
  digits: Digits;
  panelOpen: boolean;
  panelWidth: number;
  set: (change: Partial<Omit<Settings, 'set'>>) => void;
}

export const panelWidthBounds = { min: 216, max: 480 } as const;

/** Kept in this browser; other tabs follow by the `storage` event (see `follow-settings.ts`). */
export const useSettings = create<Settings>()(
  persist(
    (set) => ({
      language: document.documentElement.lang === 'ar' ? 'ar' : 'en',
      theme: 'system',
      density: 'comfortable',
      digits: 'latn',
      panelOpen: true,
      panelWidth: 304,
      set: (change) => set(change),
    }),
    { name: 'marsad.settings', version: 0 },
  ),
);

const lightScheme = matchMedia('(prefers-color-scheme: light)');

export function shownTheme(theme: Theme): 'dark' | 'light' {
  if (theme !== 'system') return theme;
  return lightScheme.matches ? 'light' : 'dark';
}
