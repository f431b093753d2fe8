import { KeyRound, LogOut } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { agencyName } from '../cameras/camera-name.ts';
import { useAgencies } from '../cameras/cameras-query.ts';
import { keysOf } from '../commands/commands.ts';
import { session } from '../session/session.ts';
import { useUser } from '../session/use-session.ts';
import { useSettings } from '../settings/settings-store.ts';
import { Menu, MenuItem, MenuSeparator } from '../ui/menu.tsx';
import { useFrame } from './frame-store.ts';

export function UserMenu() {
  const { t } = useTranslation();
  const user = useUser();
  const language = useSettings((s) => s.language);
  const agencies = useAgencies();
  const setOpen = useFrame((s) => s.setOpen);
  const name = (language === 'ar' ? user.display_name_ar : user.display_name) || user.display_name || user.login;
  return (
    <Menu
      trigger={
        <button
          type="button"
          aria-label={t('session:signed-in-as', { name })}
          title={name}
          className="mt-1 inline-flex size-8 items-center justify-center rounded-full border border-hairline bg-surface-3 text-13 font-semibold"
        >
          <bdi>{[...name][0]}</bdi>
        </button>
      }
    >
      <div className="px-2 py-2">
        <p className="text-14 font-medium">
          <bdi>{name}</bdi>
        </p>
        <p className="text-12 text-text-2">{agencyName(agencies, user.agency, language)}</p>
      </div>
      <MenuSeparator />
      <MenuItem
        icon={<KeyRound size={16} />}
        keys={keysOf('player-password')}
        onSelect={() => setOpen('player-password')}
      >
        {t('commands:title.player-password')}
      </MenuItem>
      <MenuItem
        icon={<LogOut size={16} className="rtl:-scale-x-100" />}
        keys={keysOf('sign-out')}
        onSelect={() => void session.signOut()}
      >
        {t('commands:title.sign-out')}
      </MenuItem>
    </Menu>
  );
}
