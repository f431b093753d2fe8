import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { useSettings } from '../settings/settings-store.ts';

const files = import.meta.glob<Record<string, unknown>>('./{en,ar}/*.json', { eager: true, import: 'default' });

const resources: Record<string, Record<string, Record<string, unknown>>> = {};
for (const [path, words] of Object.entries(files)) {
  const [, language, namespace] = /\.\/(\w+)\/([\w-]+)\.json$/.exec(path) ?? [];
  if (!language || !namespace) continue;
  resources[language] = { ...resources[language], [namespace]: words };
}

export async function startI18n(): Promise<void> {
  await i18next.use(initReactI18next).init({
    resources,
    lng: useSettings.getState().language,
    fallbackLng: 'en',
    defaultNS: 'common',
    interpolation: { escapeValue: false },
  });
}
