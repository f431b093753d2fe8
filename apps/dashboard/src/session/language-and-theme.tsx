import { Languages, Moon, Sun } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { shownTheme, useSettings } from '../settings/settings-store.ts';
import { Button } from '../ui/button.tsx';
import { IconButton } from '../ui/icon-button.tsx';

/** The other language by its own name, and the other theme. */
export function LanguageAndTheme() {
  const { t } = useTranslation();
  const { language, theme, set } = useSettings();
  const other = language === 'ar' ? 'en' : 'ar';
  const dark = shownTheme(theme) === 'dark';
  return (
    <div className="flex items-center gap-1">
      <Button tone="quiet" icon={<Languages size={16} />} onClick={() => set({ language: other })}>
        <bdi lang={other}>{other === 'ar' ? 'العربية' : 'English'}</bdi>
      </Button>
      <IconButton
        label={dark ? t('settings:to-light') : t('settings:to-dark')}
        icon={dark ? <Sun size={18} /> : <Moon size={18} />}
        onClick={() => set({ theme: dark ? 'light' : 'dark' })}
      />
    </div>
  );
}
