import type { Agency, Camera } from '@marsad/contract';
import type { Language } from '../settings/settings-store.ts';

export function cameraName(camera: Pick<Camera, 'name' | 'name_ar'>, language: Language): string {
  return (language === 'ar' ? camera.name_ar : camera.name) || camera.name;
}

export function agencyName(agencies: readonly Agency[], code: string, language: Language): string {
  const agency = agencies.find((known) => known.code === code);
  if (!agency) return code;
  return language === 'ar' ? agency.name_ar : agency.name;
}

/** What is typed finds both languages, whatever is shown; Arabic letters that are written in several ways are one. */
function foldName(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f\u064b-\u065f\u0670\u0640]/g, '')
    .replace(/[أإآٱ]/g, 'ا')
    .replace(/ى/g, 'ي')
    .replace(/ة/g, 'ه')
    .toLowerCase();
}

export function findCameras(cameras: readonly Camera[], query: string): readonly Camera[] {
  const words = foldName(query).split(/\s+/).filter(Boolean);
  if (words.length === 0) return cameras;
  return cameras.filter((camera) => {
    const text = foldName(`${camera.name} ${camera.name_ar} ${camera.location?.address ?? ''} ${camera.id}`);
    return words.every((word) => text.includes(word));
  });
}
