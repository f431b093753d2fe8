import i18next from 'i18next';
import { shownTheme, useSettings } from './settings-store.ts';

function apply(): void {
  const { language, theme, density } = useSettings.getState();
  const root = document.documentElement;
  root.lang = language;
  root.dir = language === 'ar' ? 'rtl' : 'ltr';
  root.dataset['theme'] = shownTheme(theme);
  root.dataset['density'] = density;
  if (i18next.language !== language) void i18next.changeLanguage(language);
}

/** Writes the settings onto <html> now and whenever they change, here or in another tab. */
export function followSettings(): void {
  apply();
  useSettings.subscribe(apply);
  matchMedia('(prefers-color-scheme: light)').addEventListener('change', apply);
  addEventListener('storage', (event) => {
    if (event.key === 'marsad.settings') void useSettings.persist.rehydrate();
  });
}
