export { mediaTargets } from './media-targets.ts';
export { mutate, seededRandom } from './mutation.ts';
export { runFuzz } from './run.ts';
export { FuzzFailure, type FuzzReport, type FuzzTarget } from './target.ts';
