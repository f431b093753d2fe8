import i18next from 'i18next';
import { cameraName } from '../../cameras/camera-name.ts';
import { camerasNow } from '../../cameras/cameras-query.ts';
import { session } from '../../session/session.ts';
import { useSettings } from '../../settings/settings-store.ts';
import { announce } from '../../ui/live-region.tsx';
import { showToast } from '../../ui/toast-store.ts';
import { wallSession } from '../live/live.ts';
import { useWall } from '../wall-store.ts';
import { isAllowed } from './may-move.ts';
import { useMoving } from './moving-store.ts';

/** Px. In less there is no room for the controls beside a picture that still shows where the camera looks. */
const least = { width: 300, height: 190 };

/** Begins to move the camera of a tile, or ends it. Where it cannot be moved now, says why. */
export function toggleMoving(tile: number): void {
  const wall = useWall.getState();
  const moving = useMoving.getState();
  const id = wall.tiles[tile] ?? null;
  if (id === null) return;
  if (moving.camera === id) {
    moving.end();
    return;
  }
  const camera = camerasNow().find((one) => one.id === id);
  if (!camera) return;
  const name = cameraName(camera, useSettings.getState().language);
  if (!camera.ptz_enabled) showToast(i18next.t('wall:move-not-enabled', { name }));
  else if (!isAllowed(camera, session.user)) showToast(i18next.t('wall:move-forbidden', { name }));
  else if (wallSession.feed(id)?.condition().kind !== 'live') showToast(i18next.t('wall:move-not-live', { name }));
  else {
    const element = document.querySelector<HTMLElement>(`[data-tile="${tile}"]`);
    const { width, height } = element?.getBoundingClientRect() ?? least;
    const small = width < least.width || height < least.height;
    moving.start(id, small && wall.maximised === null ? tile : null);
    element?.focus();
    // The palette that this was chosen from keeps the focus until it is gone, and leaves it nowhere then.
    setTimeout(() => document.activeElement === document.body && element?.focus(), 100);
    announce(i18next.t('wall:moving.started', { name }));
  }
}
