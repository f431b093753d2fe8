import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fitCollectorToMedia, type MediaNodeOptions, startMediaNode } from '@marsad/media-node';
import { type Config, type NodeRole, requireUrl } from '../config.ts';
import { heardEvents } from '../modules/live/heard-events.ts';
import type { Log } from '../platform/log/log.ts';
import { reachable } from '../reachable.ts';
import { runFolder } from '../run-folder.ts';
import { livekitCredentials, loadNodeSecrets } from '../secrets.ts';

export interface MediaNodeIdentity {
  id: string;
  roles: NodeRole[];
  /** Which edge of this machine it is, from 0: added to the edge's ports. */
  index: number;
  /** Whether an api with the same settings runs on this machine and is to get the webhooks. */
  tellApi: boolean;
}

/** @throws ConfigError when VALKEY_URL is not set */
export function openMediaNode(config: Config, identity: MediaNodeIdentity, log: Log) {
  fitCollectorToMedia();
  return startMediaNode(mediaNodeOptions(config, identity, log));
}

function mediaNodeOptions(
  config: Config,
  { id, roles, index, tellApi }: MediaNodeIdentity,
  log: Log,
): MediaNodeOptions {
  const secrets = loadNodeSecrets(config.secretsDir);
  const { rpc } = config;
  return {
    id,
    roles,
    rpc: {
      listen: rpc.listen ?? `unix:${join(runFolder(config.dataDir), `${id}.sock`)}`,
      ...(rpc.advertise !== null && { advertise: rpc.advertise }),
      secret: secrets.rpcSecret,
      ...(rpc.tls && {
        tls: { cert: read(rpc.tls.cert), key: read(rpc.tls.key), ...(rpc.tls.ca !== null && { ca: read(rpc.tls.ca) }) },
      }),
    },
    valkey: { url: requireUrl(config.valkey.url, 'VALKEY_URL'), keyPrefix: config.valkey.keyPrefix },
    ...(roles.includes('edge') && {
      edge: {
        ...edgeOptions(config, index, livekitCredentials(config, secrets), tellApi),
        ingressFile: join(config.dataDir, `ingress-${id}.json`),
      },
    }),
    log,
  };
}

function edgeOptions(config: Config, index: number, livekit: { apiKey: string; apiSecret: string }, tellApi: boolean) {
  const { edge, http } = config;
  const { rtsp } = edge;
  const tls = http.tls && { cert: read(http.tls.cert), key: read(http.tls.key) };
  return {
    http: { host: edge.host, port: edge.port + index, ...(tls && { tls }) },
    ...(rtsp && {
      rtsp: {
        host: edge.host,
        port: rtsp.port + index,
        udpPort: rtsp.udpPort + 2 * index,
        ...(tls && { tls: { ...tls, port: rtsp.securePort + index } }),
      },
    }),
    trustedProxies: http.trustedProxies,
    udp: { port: edge.udpPort + index, bindAddress: edge.host, publicAddresses: edge.publicAddresses },
    publicUrl: edge.publicUrl === null ? null : publicUrlOf(edge.publicUrl, index),
    livekit,
    turn: edge.turn,
    webhookUrls: edge.webhookUrls,
    ...(tellApi && { localWebhook: webhookOfApi(config) }),
    corsOrigins: edge.corsOrigins,
  };
}

/** Where the api of this machine takes webhooks, and with which certificate it answers there. */
function webhookOfApi({ http }: Pick<Config, 'http'>) {
  const { tls } = http;
  return {
    url: `${tls ? 'https' : 'http'}://${reachable(http.host)}:${http.port}/webhook/livekit`,
    certificate: tls && read(tls.cert),
    events: heardEvents,
  };
}

/** The setting names the first edge; the next ones are on the next ports of the same host. */
function publicUrlOf(first: string, index: number): string | null {
  if (index === 0) return first;
  const url = new URL(first);
  if (url.port === '') return null;
  url.port = String(Number(url.port) + index);
  return url.href.replace(/\/$/, '');
}

function read(file: string): string {
  return readFileSync(file, 'utf8');
}
