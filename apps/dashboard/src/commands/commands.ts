import type { User } from '@marsad/contract';
import i18next from 'i18next';
import { camerasNow } from '../cameras/cameras-query.ts';
import { useFrame } from '../frame/frame-store.ts';
import { session } from '../session/session.ts';
import { useSettings } from '../settings/settings-store.ts';
import { showToast } from '../ui/toast-store.ts';
import { geometryOf, type LayoutName } from '../wall/layout.ts';
import { toggleMoving } from '../wall/moving/toggle-moving.ts';
import { linkTo } from '../wall/wall-memory.ts';
import { useWall } from '../wall/wall-store.ts';

export type Place = '/wall' | '/cameras' | '/streams' | '/system';
type CommandGroup = 'go' | 'wall' | 'view' | 'session';

export interface CommandContext {
  readonly user: User;
  readonly path: string;
  readonly go: (place: Place) => void;
}

export interface Command {
  /** Also the key of its title in `commands.json`. */
  readonly id: string;
  readonly group: CommandGroup;
  readonly keys: string;
  readonly run: (context: CommandContext) => void;
  /** Left out of everything where it makes no sense. */
  readonly when?: (context: CommandContext) => boolean;
}

const onWall = ({ path }: CommandContext) => path === '/wall';

function layoutCommand(id: string, keys: string, layout: LayoutName): Command {
  return { id, keys, group: 'wall', run: () => useWall.getState().setLayout(layout), when: onWall };
}

function cycle<T>(options: readonly T[], current: T): T {
  return options[(options.indexOf(current) + 1) % options.length] ?? current;
}

const settings = () => useSettings.getState();

export function fillWall(): void {
  const wall = useWall.getState();
  const shown = new Set(wall.tiles);
  const free = geometryOf(wall.layout).cells.filter((_, tile) => !wall.tiles[tile]).length;
  const online = camerasNow().filter((camera) => camera.status === 'ONLINE' && !shown.has(camera.id));
  if (online.length === 0) showToast(i18next.t('wall:none-to-fill'));
  wall.place(online.slice(0, free).map((camera) => camera.id));
}

export function clearWall(): void {
  const { tiles, clear, undo } = useWall.getState();
  if (tiles.every((camera) => camera === null)) return;
  clear();
  showToast(i18next.t('wall:cleared'), { action: { label: i18next.t('common:undo'), run: undo } });
}

export async function copyWallLink(): Promise<void> {
  const search = new URLSearchParams({ ...linkTo(useWall.getState()) });
  const link = `${location.origin}/wall?${search}`;
  try {
    await navigator.clipboard.writeText(link);
    showToast(i18next.t('wall:link-copied'));
  } catch {
    // The clipboard is closed to pages on plain HTTP: then the address bar carries the link.
    history.replaceState(history.state, '', link);
    showToast(i18next.t('wall:link-in-address'));
  }
}

export const commands: readonly Command[] = [
  { id: 'go-wall', group: 'go', keys: 'W', run: ({ go }) => go('/wall') },
  { id: 'go-cameras', group: 'go', keys: 'C', run: ({ go }) => go('/cameras') },
  { id: 'go-streams', group: 'go', keys: 'Q', run: ({ go }) => go('/streams'), when: ({ user }) => user.is_admin },
  { id: 'go-system', group: 'go', keys: 'S', run: ({ go }) => go('/system'), when: ({ user }) => user.is_admin },
  layoutCommand('layout-2x2', '2', '2x2'),
  layoutCommand('layout-3x3', '3', '3x3'),
  layoutCommand('layout-4x4', '4', '4x4'),
  layoutCommand('layout-5x5', '5', '5x5'),
  layoutCommand('layout-6x6', '6', '6x6'),
  layoutCommand('layout-7x7', '7', '7x7'),
  layoutCommand('layout-8x8', '8', '8x8'),
  layoutCommand('layout-16-hotspot', '1', '16-hotspot'),
  layoutCommand('layout-64-hotspot', '9', '64-hotspot'),
  { id: 'fill', group: 'wall', keys: 'A', run: fillWall, when: onWall },
  { id: 'clear', group: 'wall', keys: 'Shift+Delete', run: clearWall, when: onWall },
  { id: 'undo', group: 'wall', keys: 'Mod+Z', run: () => useWall.getState().undo(), when: onWall },
  {
    id: 'move-camera',
    group: 'wall',
    keys: 'P',
    run: () => toggleMoving(useWall.getState().focused),
    when: onWall,
  },
  { id: 'copy-link', group: 'wall', keys: 'L', run: () => void copyWallLink(), when: onWall },
  { id: 'only-wall', group: 'view', keys: 'F', run: () => useFrame.getState().toggleOnlyWall(), when: onWall },
  {
    id: 'panel',
    group: 'view',
    keys: 'B',
    run: () => settings().set({ panelOpen: !settings().panelOpen }),
    when: onWall,
  },
  { id: 'find-camera', group: 'view', keys: 'Slash', run: () => useFrame.getState().findCamera() },
  { id: 'palette', group: 'view', keys: 'Mod+K', run: () => useFrame.getState().setOpen('palette') },
  { id: 'shortcuts', group: 'view', keys: 'Question', run: () => useFrame.getState().setOpen('shortcuts') },
  {
    id: 'language',
    group: 'view',
    keys: 'Shift+L',
    run: () => settings().set({ language: settings().language === 'ar' ? 'en' : 'ar' }),
  },
  {
    id: 'theme',
    group: 'view',
    keys: 'T',
    run: () => settings().set({ theme: cycle(['system', 'dark', 'light'] as const, settings().theme) }),
  },
  {
    id: 'density',
    group: 'view',
    keys: 'D',
    run: () => settings().set({ density: cycle(['comfortable', 'compact'] as const, settings().density) }),
  },
  {
    id: 'digits',
    group: 'view',
    keys: 'N',
    run: () => settings().set({ digits: cycle(['latn', 'arab'] as const, settings().digits) }),
    when: () => settings().language === 'ar',
  },
  {
    id: 'player-password',
    group: 'session',
    keys: 'Shift+P',
    run: () => useFrame.getState().setOpen('player-password'),
  },
  { id: 'sign-out', group: 'session', keys: 'Shift+Q', run: () => void session.signOut() },
];

export function keysOf(id: string): string | undefined {
  return commands.find((command) => command.id === id)?.keys;
}
