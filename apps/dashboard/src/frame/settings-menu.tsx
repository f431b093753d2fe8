import { Keyboard, Settings2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { keysOf } from '../commands/commands.ts';
import { useSettings } from '../settings/settings-store.ts';
import { Menu, MenuChoice, MenuItem, MenuSeparator } from '../ui/menu.tsx';
import { useFrame } from './frame-store.ts';

const triggerClass =
  'inline-flex size-8 items-center justify-center rounded-control text-text-2 transition-colors hover:bg-surface-2 hover:text-text';

export function SettingsMenu() {
  const { t } = useTranslation();
  const { language, theme, density, digits, set } = useSettings();
  const setOpen = useFrame((s) => s.setOpen);
  return (
    <Menu
      trigger={
        <button type="button" className={triggerClass} aria-label={t('settings:title')} title={t('settings:title')}>
          <Settings2 size={18} />
        </button>
      }
    >
      <MenuChoice
        label={t('settings:language')}
        value={language}
        onChange={(value) => set({ language: value })}
        options={[
          { value: 'en', label: <bdi lang="en">English</bdi> },
          { value: 'ar', label: <bdi lang="ar">العربية</bdi> },
        ]}
      />
      {language === 'ar' && (
        <MenuChoice
          label={t('settings:digits')}
          value={digits}
          onChange={(value) => set({ digits: value })}
          options={[
            { value: 'latn', label: <bdi>0123456789</bdi> },
            { value: 'arab', label: <bdi>٠١٢٣٤٥٦٧٨٩</bdi> },
          ]}
        />
      )}
      <MenuChoice
        label={t('settings:theme')}
        value={theme}
        onChange={(value) => set({ theme: value })}
        options={[
          { value: 'system', label: t('settings:theme-system') },
          { value: 'dark', label: t('settings:theme-dark') },
          { value: 'light', label: t('settings:theme-light') },
        ]}
      />
      <MenuChoice
        label={t('settings:density')}
        value={density}
        onChange={(value) => set({ density: value })}
        options={[
          { value: 'comfortable', label: t('settings:density-comfortable') },
          { value: 'compact', label: t('settings:density-compact') },
        ]}
      />
      <MenuSeparator />
      <MenuItem icon={<Keyboard size={16} />} keys={keysOf('shortcuts')} onSelect={() => setOpen('shortcuts')}>
        {t('commands:title.shortcuts')}
      </MenuItem>
    </Menu>
  );
}
