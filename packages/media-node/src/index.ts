export type { StreamKey, StreamProvider, StreamSink, StreamSubscription } from './stream-provider.ts';
