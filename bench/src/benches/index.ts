import type { Bench } from '../bench.ts';
import { api } from './api.ts';
import { fanout } from './fanout.ts';
import { firstFrame } from './first-frame.ts';
import { glass } from './glass.ts';
import { ingest } from './ingest.ts';
import { quota } from './quota.ts';
import { rtspFanout } from './rtsp-fanout.ts';
import { soak } from './soak.ts';
import { wall } from './wall.ts';
import { whipPush } from './whip-push.ts';

/** Every bench there is, in the order the help shows them. */
export const benches: readonly Bench[] = [
  ingest,
  fanout,
  rtspFanout,
  whipPush,
  firstFrame,
  glass,
  wall,
  quota,
  api,
  soak,
];
