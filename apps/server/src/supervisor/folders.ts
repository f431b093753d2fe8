import { accessSync, constants, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this installation: where `package.json` of the whole is. */
export const installation = fileURLToPath(new URL('../../../..', import.meta.url)).replace(/\/$/, '');

/**
 * Where things go that can be fetched or made again: beside the program, shared by all data folders, or in the data
 * folder when the installation cannot be written to. It is made.
 */
export function cacheFolder(configured: string | null, dataDir: string): string {
  if (configured !== null) {
    mkdirSync(configured, { recursive: true });
    return configured;
  }
  const shared = join(installation, '.cache');
  try {
    mkdirSync(shared, { recursive: true });
    accessSync(shared, constants.W_OK);
    return shared;
  } catch {
    const own = join(dataDir, 'cache');
    mkdirSync(own, { recursive: true });
    return own;
  }
}
