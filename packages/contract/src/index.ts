export * from './errors.ts';
export * from './node/rpc.ts';
export * from './node/stream-state.ts';
