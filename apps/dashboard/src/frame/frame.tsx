import { Outlet, useLocation } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { queryClient } from '../cameras/cameras-query.ts';
import { CommandPalette } from '../commands/command-palette.tsx';
import { ShortcutsDialog } from '../commands/shortcuts-dialog.tsx';
import { useCommandKeys, useCommands } from '../commands/use-commands.ts';
import { followEvents } from '../events/follow-events.ts';
import { PlayerPasswordDialog } from '../session/player-password-dialog.tsx';
import { endWall } from '../wall/live/live.ts';
import { useFrame } from './frame-store.ts';
import { Rail } from './rail.tsx';
import { StatusStrip } from './status-strip.tsx';

export function Frame() {
  const { t } = useTranslation();
  const ready = useCommands();
  useCommandKeys(ready);
  const path = useLocation({ select: (location) => location.pathname });
  const onlyWall = useFrame((s) => s.onlyWall) && path === '/wall';

  useEffect(followEvents, []);

  // Signed out, or somebody else signed in: nothing of the one before may stay.
  useEffect(
    () => () => {
      endWall();
      queryClient.clear();
    },
    [],
  );

  return (
    <div className="flex h-full flex-col">
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:m-2 focus:rounded-control focus:bg-surface-3 focus:p-2"
      >
        {t('common:skip-to-content')}
      </a>
      <div className="flex min-h-0 flex-1">
        {!onlyWall && <Rail />}
        <main id="main" tabIndex={-1} className="flex min-w-0 flex-1 outline-none">
          <Outlet />
        </main>
      </div>
      {!onlyWall && <StatusStrip />}
      <CommandPalette commands={ready} />
      <ShortcutsDialog commands={ready} />
      <PlayerPasswordDialog />
    </div>
  );
}
