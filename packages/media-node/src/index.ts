export { type MediaNode, type MediaNodeOptions, startMediaNode } from './media-node.ts';
export { pinnedAgent } from './pinned-agent.ts';
export { fitCollectorToMedia } from './process-memory.ts';
export { CameraPush, type PushFigures } from './push/camera-push.ts';
export type { PushStatus } from './push/whip-pusher.ts';
export { RpcClient, type RpcClientOptions, type RpcEvent } from './rpc/rpc-client.ts';
export { RpcError, type RpcErrorCode } from './rpc/rpc-error.ts';
export { RpcServer, type RpcServerOptions } from './rpc/rpc-server.ts';
export type { StreamKey, StreamProvider, StreamSink, StreamSubscription } from './stream-provider.ts';
