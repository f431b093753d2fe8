import type { PtzFailure } from '@marsad/contract';
import { PtzError } from '../ingest/ptz/ptz-error.ts';
import type { PtzHeads } from '../ingest/ptz/ptz-heads.ts';
import type { RpcHandlers } from './rpc-server.ts';

/** What an ingest answers to whoever wants to move a camera. */
export function ptzHandlers(heads: PtzHeads) {
  return {
    'ingest.ptz': ({ camera, url, action }) =>
      orFailed(async () => {
        await heads.act(camera, url, action);
        return { outcome: 'done' as const };
      }),
    'ingest.ptzPresets': ({ camera, url }) =>
      orFailed(async () => ({ outcome: 'done' as const, presets: await heads.presets(camera, url) })),
  } satisfies RpcHandlers;
}

/** A camera that does not do it is no failure of ours: that is an answer. */
async function orFailed<T>(ask: () => Promise<T>): Promise<T | PtzFailure> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof PtzError)) throw error;
    return { outcome: 'failed', reason: error.reason, detail: error.detail };
  }
}
