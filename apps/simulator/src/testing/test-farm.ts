import { fileURLToPath } from 'node:url';
import { type Farm, type FarmOptions, startFarm } from '../farm/farm.ts';

/** Kept from run to run; ignored by git. */
const TEST_CACHE = fileURLToPath(new URL('../../../../.cache/loops', import.meta.url));

/** A farm on a free port in which all cameras show the junction, so that only one scene is ever encoded. */
export function startTestFarm(options: FarmOptions = {}): Promise<Farm> {
  return startFarm({ port: 0, cameras: 4, scene: 'junction', cache: TEST_CACHE, ...options });
}

export function urlOf(farm: Farm, camera: string, profile = 'sub', credentials = ''): string {
  return `rtsp://${credentials}127.0.0.1:${farm.port}/${camera}/${profile}`;
}
