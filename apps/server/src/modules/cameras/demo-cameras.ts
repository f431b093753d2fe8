import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { CameraInput, RtspUrl } from '@marsad/contract';
import { z } from 'zod';
import type { Log } from '../../platform/log/log.ts';
import { valuesOf } from './camera-input.ts';
import type { CameraRepository } from './cameras.repository.ts';

/** A camera as the simulator lists it: the documented fields, in either spelling, with an id of the simulator's own. */
const DemoCamera = z.preprocess(
  snakeKeys,
  CameraInput.omit({ id: true }).extend({ id: z.string().min(1).max(200), rtsp_url: RtspUrl }),
);
const DemoList = z.union([
  z.array(DemoCamera),
  z.object({ cameras: z.array(DemoCamera) }).transform((list) => list.cameras),
]);

function snakeKeys(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const snake = (key: string) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [snake(key), field]));
}

export interface DemoCamerasOptions {
  readonly repository: CameraRepository;
  /** The simulator's list; null when no demonstration is wanted. */
  readonly file: string | null;
  readonly log: Log;
}

/**
 * Makes the catalogue's demonstration cameras those of the list, and takes them away when there is none. Cameras that an
 * administrator added or changed the agency of are never touched; nothing happens at a start that finds all as it was.
 * @throws when the list cannot be read or is not one
 */
export async function seedDemoCameras({ repository, file, log }: DemoCamerasOptions): Promise<void> {
  const wanted = new Map((await readList(file)).map((camera) => [idOf(camera.id), camera]));
  const changes = await repository.transaction(async (trx) => {
    const known = new Map((await repository.demo(trx)).map((row) => [row.id, row]));
    let count = 0;
    for (const [id, row] of known) {
      if (wanted.has(id)) continue;
      await repository.update(trx, row.id, { deleted_at: new Date() });
      count += 1;
    }
    for (const [id, camera] of wanted) {
      const addresses = { main: camera.rtsp_url, sub: camera.sub_rtsp_url, ptz: camera.ptz_url };
      const values = valuesOf({ ...camera, id }, true);
      if (!known.has(id)) {
        const made = await repository.insert(trx, id, values, addresses);
        if (made === undefined) await repository.update(trx, id, { ...values, deleted_at: null }, addresses);
        count += 1;
        continue;
      }
      const before = await repository.addresses(id, trx);
      if (isDeepStrictEqual(before, addresses)) continue;
      // It may have learned to be moved since.
      await repository.update(
        trx,
        id,
        before?.ptz === addresses.ptz ? {} : { ptz_enabled: camera.ptz_enabled },
        addresses,
      );
      count += 1;
    }
    return count;
  });
  if (changes > 0) log.info({ cameras: wanted.size, changes }, 'demonstration cameras are in the catalogue');
}

async function readList(file: string | null) {
  return file === null ? [] : DemoList.parse(JSON.parse(await readFile(file, 'utf8')));
}

/** The same id for the same simulated camera on every installation: reservations and walls survive a new database. */
function idOf(name: string): string {
  if (z.guid().safeParse(name).success) return name.toLowerCase();
  const bytes = createHash('sha1').update(`marsad demonstration camera ${name}`).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
