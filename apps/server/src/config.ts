import { existsSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import type { z } from 'zod';
import { Settings, settingNames } from './settings.ts';

export type NodeRole = 'ingest' | 'edge';

/** PEM files of one TLS endpoint, as absolute paths. */
export interface TlsFiles {
  cert: string;
  key: string;
}

/** What every role is told. Times are seconds, paths absolute; `null` means not configured. */
export interface Config {
  dataDir: string;
  secretsDir: string;
  cacheDir: string | null;
  log: { level: 'trace' | 'debug' | 'info' | 'warn' | 'error' };
  http: {
    host: string;
    port: number;
    tls: TlsFiles | null;
    corsOrigins: string[] | '*';
    trustedProxies: string[];
    /** Requests per minute; 0 does not limit. */
    rateLimit: { user: number; address: number };
  };
  edge: {
    host: string;
    /** Of the first edge process; edge `i` adds `i`. The same holds for `udpPort`. */
    port: number;
    udpPort: number;
    /** Null: no RTSP is spoken. Edge `i` adds `i` to the TCP ports and `2 * i` to the UDP port. */
    rtsp: { port: number; securePort: number; udpPort: number } | null;
    publicAddresses: string[];
    publicUrl: string | null;
    corsOrigins: string[] | '*';
    webhookUrls: string[];
    /** Null when no servers are named. The secret is empty when all of them are STUN servers. */
    turn: { urls: string[]; secret: string; ttl: number; forceRelay: boolean } | null;
  };
  /** Roles of each media-node process that `marsad start` runs. */
  mediaNodes: NodeRole[][];
  rpc: {
    listen: string | null;
    advertise: string | null;
    tls: (TlsFiles & { ca: string | null }) | null;
    /** Authority for calling nodes on tls://. */
    ca: string | null;
  };
  /** `null` in every role but the supervisor is an error of its caller: see {@link requireUrl}. */
  database: { url: string | null; connections: number };
  valkey: { url: string | null; keyPrefix: string };
  /** `url` null: the built-in edge. `apiKey` and `apiSecret` null: those of `loadSecrets`. */
  livekit: { url: string | null; apiKey: string | null; apiSecret: string | null };
  /** A MediaMTX server that fetches some of the cameras; null without. */
  mediamtx: { apiUrl: string; rtspUrl: string } | null;
  tokens: { accessSeconds: number; refreshSeconds: number; viewerSeconds: number };
  quota: { counts: 'reservations' | 'cameras'; reservationSeconds: number; heartbeatTimeoutSeconds: number };
  demo: {
    mode: 'auto' | 'on' | 'off';
    cameras: number;
    rtspPort: number;
    onvifPort: number;
    /** JSON file with cameras for the catalogue, or null when no demonstration is wanted. */
    listFile: string | null;
  };
}

/** Settings that cannot be used. `problems` has one sentence for each, beginning with the setting's name. */
export class ConfigError extends Error {
  readonly code = 'CONFIG_INVALID';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/**
 * Reads and checks the settings.
 * @param environment the process's own unless a test gives another
 * @param folder what relative paths start from
 * @throws ConfigError naming every setting that is wrong, not just the first
 */
export function loadConfig(environment: NodeJS.ProcessEnv = process.env, folder: string = process.cwd()): Config {
  // An empty variable is how shells and compose files say "not set".
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = Settings.safeParse(given);
  const problems = parsed.success ? [] : parsed.error.issues.map(describeIssue);
  problems.push(...unknownSettings(given));
  if (!parsed.success) throw new ConfigError(problems);

  const s = parsed.data;
  const path = (value: string) => (isAbsolute(value) ? value : resolve(folder, value));
  const file = (name: keyof Settings & `${string}_${'CERT' | 'KEY' | 'CA' | 'LIST'}`) => {
    const value = s[name];
    if (value === undefined) return null;
    if (!existsSync(path(value))) problems.push(`${name}: there is no file ${path(value)}`);
    return path(value);
  };
  const pair = (
    certName: 'MARSAD_TLS_CERT' | 'MARSAD_RPC_TLS_CERT',
    keyName: 'MARSAD_TLS_KEY' | 'MARSAD_RPC_TLS_KEY',
  ) => {
    const cert = file(certName);
    const key = file(keyName);
    if (cert && key) return { cert, key };
    if (cert) problems.push(`${keyName}: must be set together with ${certName}`);
    if (key) problems.push(`${certName}: must be set together with ${keyName}`);
    return null;
  };

  const tls = pair('MARSAD_TLS_CERT', 'MARSAD_TLS_KEY');
  const rpcTls = pair('MARSAD_RPC_TLS_CERT', 'MARSAD_RPC_TLS_KEY');
  const rpcCa = file('MARSAD_RPC_TLS_CA');
  if (s.MARSAD_RPC_LISTEN?.startsWith('tls:') && !rpcTls)
    problems.push('MARSAD_RPC_LISTEN: tls:// needs MARSAD_RPC_TLS_CERT and MARSAD_RPC_TLS_KEY');
  if ((s.LIVEKIT_API_KEY === undefined) !== (s.LIVEKIT_API_SECRET === undefined))
    problems.push('LIVEKIT_API_KEY: must be set together with LIVEKIT_API_SECRET');
  if (s.LIVEKIT_URL !== undefined && s.LIVEKIT_API_KEY === undefined)
    problems.push('LIVEKIT_URL: needs LIVEKIT_API_KEY and LIVEKIT_API_SECRET of that server');
  if ((s.MEDIAMTX_API_URL === undefined) !== (s.MEDIAMTX_RTSP_URL === undefined))
    problems.push('MEDIAMTX_API_URL: must be set together with MEDIAMTX_RTSP_URL');
  const relays = s.TURN_URLS.some((value) => /^turns?:/i.test(value));
  if (relays && s.TURN_SECRET === undefined)
    problems.push('TURN_SECRET: must be set for the servers of TURN_URLS to know our viewers');
  if (s.TURN_FORCE_RELAY === 'on' && !relays) problems.push('TURN_FORCE_RELAY: needs a relay in TURN_URLS');
  const mediaNodes = s.MARSAD_MEDIA_NODES.map((roles) => roles.split('+') as NodeRole[]);
  const edges = mediaNodes.filter((roles) => roles.includes('edge')).length;
  const taken = Array.from({ length: edges }, (_, index) => s.MARSAD_EDGE_PORT + index);
  if (taken.includes(s.MARSAD_HTTP_PORT))
    problems.push(`MARSAD_HTTP_PORT: ${s.MARSAD_HTTP_PORT} is also a port of the edge (MARSAD_EDGE_PORT)`);
  const dataDir = path(s.MARSAD_DATA);
  const listFile = file('MARSAD_DEMO_LIST');
  if (problems.length > 0) throw new ConfigError(problems);

  return {
    dataDir,
    secretsDir: s.MARSAD_SECRETS === undefined ? resolve(dataDir, 'secrets') : path(s.MARSAD_SECRETS),
    cacheDir: s.MARSAD_CACHE === undefined ? null : path(s.MARSAD_CACHE),
    log: { level: s.MARSAD_LOG_LEVEL },
    http: {
      host: s.MARSAD_HTTP_HOST,
      port: s.MARSAD_HTTP_PORT,
      tls,
      corsOrigins: anyOr(s.MARSAD_CORS_ORIGINS),
      trustedProxies: s.MARSAD_TRUSTED_PROXIES,
      rateLimit: { user: s.MARSAD_RATE_LIMIT_USER, address: s.MARSAD_RATE_LIMIT_ADDRESS },
    },
    edge: {
      host: s.MARSAD_EDGE_HOST,
      port: s.MARSAD_EDGE_PORT,
      udpPort: s.MARSAD_EDGE_UDP_PORT,
      rtsp:
        s.MARSAD_RTSP === 'off'
          ? null
          : { port: s.MARSAD_RTSP_PORT, securePort: s.MARSAD_RTSPS_PORT, udpPort: s.MARSAD_RTSP_UDP_PORT },
      publicAddresses: s.MARSAD_EDGE_PUBLIC_ADDRESSES,
      publicUrl: s.MARSAD_EDGE_PUBLIC_URL ?? null,
      corsOrigins: anyOr(s.MARSAD_EDGE_CORS_ORIGINS),
      webhookUrls: s.MARSAD_WEBHOOK_URLS,
      turn:
        s.TURN_URLS.length === 0
          ? null
          : {
              urls: s.TURN_URLS,
              secret: s.TURN_SECRET ?? '',
              ttl: s.TURN_TTL,
              forceRelay: s.TURN_FORCE_RELAY === 'on',
            },
    },
    mediaNodes,
    rpc: {
      listen: s.MARSAD_RPC_LISTEN ?? null,
      advertise: s.MARSAD_RPC_ADVERTISE ?? null,
      tls: rpcTls && { ...rpcTls, ca: rpcCa },
      ca: rpcCa,
    },
    database: { url: s.DATABASE_URL ?? null, connections: s.MARSAD_DATABASE_CONNECTIONS },
    valkey: { url: s.VALKEY_URL ?? null, keyPrefix: s.MARSAD_VALKEY_PREFIX },
    livekit: {
      url: s.LIVEKIT_URL ?? null,
      apiKey: s.LIVEKIT_API_KEY ?? null,
      apiSecret: s.LIVEKIT_API_SECRET ?? null,
    },
    mediamtx:
      s.MEDIAMTX_API_URL === undefined || s.MEDIAMTX_RTSP_URL === undefined
        ? null
        : { apiUrl: s.MEDIAMTX_API_URL, rtspUrl: s.MEDIAMTX_RTSP_URL },
    tokens: {
      accessSeconds: s.MARSAD_ACCESS_TOKEN_TTL,
      refreshSeconds: s.MARSAD_REFRESH_TOKEN_TTL,
      viewerSeconds: s.MARSAD_VIEWER_TOKEN_TTL,
    },
    quota: {
      counts: s.QUOTA_COUNTS,
      reservationSeconds: s.MARSAD_RESERVATION_TTL,
      heartbeatTimeoutSeconds: s.MARSAD_HEARTBEAT_TIMEOUT,
    },
    demo: {
      mode: s.MARSAD_DEMO,
      cameras: s.MARSAD_DEMO_CAMERAS,
      rtspPort: s.MARSAD_DEMO_RTSP_PORT,
      onvifPort: s.MARSAD_DEMO_ONVIF_PORT,
      listFile,
    },
  };
}

/**
 * The connection a role cannot work without.
 * @throws ConfigError that says which setting names it
 */
export function requireUrl(url: string | null, setting: 'DATABASE_URL' | 'VALKEY_URL'): string {
  if (url !== null) return url;
  throw new ConfigError([`${setting}: must be set for this role; only \`marsad start\` brings a private one`]);
}

/** The environment of a process started by this one: its own, with `settings` over it. */
export function childEnvironment(settings: Partial<Record<keyof Settings, string>> = {}): NodeJS.ProcessEnv {
  return { ...process.env, ...settings };
}

function describeIssue(issue: z.core.$ZodIssue): string {
  return `${issue.path.map(String).join('.')}: ${issue.message}`;
}

/** A mistyped name would otherwise be ignored without a word. */
function unknownSettings(given: Record<string, string | undefined>): string[] {
  return Object.keys(given)
    .filter((name) => name.startsWith('MARSAD_') && !(settingNames as string[]).includes(name))
    .map((name) => `${name}: there is no such setting (\`marsad settings\` lists them)`);
}

function anyOr(values: string[]): string[] | '*' {
  return values.includes('*') ? '*' : values;
}
