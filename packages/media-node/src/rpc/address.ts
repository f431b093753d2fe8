import { RpcError } from './rpc-error.ts';

/** Where RPC listens: `unix:/path/to/socket` or `tls://host:port`. Nothing else: plain TCP is not offered. */
export type RpcAddress =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tls'; readonly host: string; readonly port: number };

/** @throws RpcError `ADDRESS_INVALID` */
export function parseRpcAddress(text: string): RpcAddress {
  if (text.startsWith('unix:/')) return { kind: 'unix', path: text.slice('unix:'.length) };
  const match = /^tls:\/\/(?:\[([0-9a-fA-F:.]+)\]|([^/:[\]]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (!host || port > 65_535) throw new RpcError('ADDRESS_INVALID', `not an RPC address: ${text}`);
  return { kind: 'tls', host, port };
}

/** PEM texts. A server needs `cert` and `key`; a client trusts `ca`, or the system's authorities without it. */
export interface RpcTls {
  readonly cert?: string;
  readonly key?: string;
  readonly ca?: string;
}
