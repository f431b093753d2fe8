import type { Camera } from '@marsad/contract';
import type { TFunction } from 'i18next';
import { cameraName } from '../cameras/camera-name.ts';
import type { Language } from '../settings/settings-store.ts';

/** What a room is, in words; its own name stays for those who look for it elsewhere. */
export function roomWords(
  room: string,
  cameras: ReadonlyMap<string, Camera>,
  language: Language,
  t: TFunction,
): string {
  if (room.startsWith('wall_')) return t('streams:room-wall');
  const camera = room.startsWith('camera_') ? cameras.get(room.slice('camera_'.length)) : undefined;
  return camera ? cameraName(camera, language) : t('streams:room-own');
}
