import { Link } from '@tanstack/react-router';
import { Cctv, Command, Gauge, LayoutGrid, type LucideIcon, Server } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { keysOf, type Place } from '../commands/commands.ts';
import { useUser } from '../session/use-session.ts';
import { Hint } from '../ui/hint.tsx';
import { IconButton } from '../ui/icon-button.tsx';
import { useFrame } from './frame-store.ts';
import { SettingsMenu } from './settings-menu.tsx';
import { UserMenu } from './user-menu.tsx';
import { EyeMark } from './wordmark.tsx';

export function Rail() {
  const { t } = useTranslation();
  const { is_admin: isAdmin } = useUser();
  const setOpen = useFrame((s) => s.setOpen);
  return (
    <nav
      aria-label={t('common:rail')}
      className="flex w-18 shrink-0 flex-col items-center border-e border-hairline bg-surface-1 py-3 compact:w-16"
    >
      <EyeMark size={28} />
      <ul className="mt-4 flex w-full flex-col gap-1 px-1.5">
        <RailLink to="/wall" icon={LayoutGrid} label={t('common:wall')} command="go-wall" />
        <RailLink to="/cameras" icon={Cctv} label={t('common:cameras')} command="go-cameras" />
      </ul>
      {isAdmin && (
        <ul
          aria-label={t('common:administration')}
          className="mt-2 flex w-full flex-col gap-1 border-t border-hairline px-1.5 pt-2"
        >
          <RailLink to="/streams" icon={Gauge} label={t('common:streams')} command="go-streams" />
          <RailLink to="/system" icon={Server} label={t('common:system')} command="go-system" />
        </ul>
      )}
      <div className="mt-auto flex flex-col items-center gap-1">
        <IconButton
          label={t('commands:title.palette')}
          keys={keysOf('palette')}
          side="inline-end"
          icon={<Command size={18} />}
          onClick={() => setOpen('palette')}
        />
        <SettingsMenu />
        <UserMenu />
      </div>
    </nav>
  );
}

interface RailLinkProps {
  to: Place;
  icon: LucideIcon;
  label: string;
  command: string;
}

function RailLink({ to, icon: Icon, label, command }: RailLinkProps) {
  const { t } = useTranslation();
  return (
    <li>
      <Hint label={t(`commands:title.${command}`)} keys={keysOf(command)} side="inline-end">
        <Link
          to={to}
          activeProps={{ className: 'bg-accent-soft text-accent', 'aria-current': 'page' }}
          inactiveProps={{ className: 'text-text-2 hover:bg-surface-2 hover:text-text' }}
          className="flex h-14 flex-col items-center justify-center gap-1 rounded-control text-12 font-medium transition-colors compact:h-12"
        >
          <Icon size={20} strokeWidth={1.75} aria-hidden="true" />
          {label}
        </Link>
      </Hint>
    </li>
  );
}
