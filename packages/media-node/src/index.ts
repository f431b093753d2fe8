export type { StreamKey, StreamProvider, StreamSink, StreamSubscription } from './stream-provider.ts';
export { RpcClient, type RpcClientOptions } from './rpc/rpc-client.ts';
export { RpcServer, type RpcServerOptions } from './rpc/rpc-server.ts';
