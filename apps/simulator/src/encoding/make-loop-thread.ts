import { parentPort, workerData } from 'node:worker_threads';
import { type LoopOrder, makeLoop } from './make-loop.ts';

await makeLoop(workerData as LoopOrder, (share) => parentPort?.postMessage(share));
