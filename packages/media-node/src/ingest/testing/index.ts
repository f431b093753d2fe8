export { ingestTargets } from './fuzz-targets.ts';
