import { z } from 'zod';

/**
 * What one setting is for. `section` groups it on the printed page; `unit` says what a bare number means;
 * `fallback` is shown in place of a default that is worked out at run time; `secret` keeps the value out of print.
 */
export interface SettingNotes {
  section: 'Folders' | 'HTTP' | 'Edge' | 'Media nodes' | 'Connections' | 'Sign-in' | 'Quota' | 'Demonstration' | 'Logs';
  text: string;
  unit?: string;
  fallback?: string;
  secret?: true;
}

const port = z.coerce
  .number('must be a port number')
  .int('must be a port number')
  .min(1, 'must be a port number')
  .max(65_535, 'must be a port number, at most 65535');
const seconds = (least: number, most: number) =>
  z.coerce.number('must be a number of seconds').int('must be a whole number').min(least).max(most);
const requestsPerMinute = z.coerce.number('must be a number').int('must be a whole number').min(0).max(10_000_000);
const text = z.string().min(1);
const list = z.string().transform((value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);
const url = (...protocols: string[]) =>
  z.string().refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol), {
    error: `must be a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
  });
const valkeyNode = url('valkey:', 'valkeys:', 'redis:', 'rediss:', 'unix:');
const valkeyNodes = z.string().superRefine((value, context) => {
  const [first = '', ...others] = value.split(',').map((part) => part.trim());
  const scheme = /^[a-z]+:\/\//.exec(first)?.[0] ?? '';
  const whole = [first, ...others.map((part) => (part.includes('://') ? part : scheme + part))];
  const wrong = whole.map((part) => valkeyNode.safeParse(part)).find((parsed) => !parsed.success);
  if (wrong) context.addIssue({ code: 'custom', message: wrong.error.issues[0]?.message ?? 'is not valid' });
  else if (others.length > 0 && scheme === 'unix://')
    context.addIssue({ code: 'custom', message: 'nodes of a cluster are reached over TCP, not over sockets' });
});
const origins = list.refine((values) => values.every((value) => value === '*' || isOrigin(value)), {
  error: 'must be * or origins such as https://wall.example, separated by commas',
});
const addressRange = /^(\d{1,3}(\.\d{1,3}){3}|[0-9a-fA-F:]+)(\/\d{1,3})?$/;
const rpcAddress = /^(unix:\/.+|tls:\/\/(\[[^\]]+\]|[^:/]+):\d+)$/;
const roleSet = /^(ingest|edge|ingest\+edge|edge\+ingest)$/;

const note = <T extends z.ZodType>(schema: T, notes: SettingNotes): T => schema.meta({ ...notes }) as T;

/** Every setting there is. The names are those of environment variables; nothing else configures a process. */
export const Settings = z.object({
  MARSAD_DATA: note(text.default('./data'), {
    section: 'Folders',
    text: 'Folder that holds everything Marsad keeps: private database and Valkey, secrets, logs. Relative to the folder it is started in.',
  }),
  MARSAD_SECRETS: note(text.optional(), {
    section: 'Folders',
    text: 'Folder of the generated secrets. Processes on several machines must share its contents.',
    fallback: '<MARSAD_DATA>/secrets',
  }),
  MARSAD_CACHE: note(text.optional(), {
    section: 'Folders',
    text: 'Folder for what can be fetched or made again: Valkey binaries, encoded loops of the simulator.',
    fallback: '.cache in the installation, or <MARSAD_DATA>/cache where that cannot be written',
  }),

  MARSAD_HTTP_HOST: note(text.default('0.0.0.0'), {
    section: 'HTTP',
    text: 'Address the api listens on: dashboard, HTTP API, /docs, /metrics. 127.0.0.1 hides it from other machines.',
  }),
  MARSAD_HTTP_PORT: note(port.default(8088), { section: 'HTTP', text: 'TCP port of the api.' }),
  MARSAD_TLS_CERT: note(text.optional(), {
    section: 'HTTP',
    text: 'PEM file with the certificate chain. With MARSAD_TLS_KEY, api and edge speak HTTPS and WSS.',
  }),
  MARSAD_TLS_KEY: note(text.optional(), { section: 'HTTP', text: 'PEM file with the private key of MARSAD_TLS_CERT.' }),
  MARSAD_CORS_ORIGINS: note(origins.default([]), {
    section: 'HTTP',
    text: 'Origins whose pages may call the HTTP API, separated by commas, or *. The dashboard itself needs none.',
  }),
  MARSAD_TRUSTED_PROXIES: note(
    list
      .refine((values) => values.every((value) => addressRange.test(value)), {
        error: 'must be addresses or ranges such as 10.0.0.0/8, separated by commas',
      })
      .default([]),
    {
      section: 'HTTP',
      text: 'Addresses or ranges of proxies whose X-Forwarded-* and X-User-ID headers are believed, separated by commas.',
    },
  ),

  MARSAD_RATE_LIMIT_USER: note(requestsPerMinute.default(6_000), {
    section: 'HTTP',
    text: 'Requests one user may make in a minute, over all api processes; 0 does not limit. A full wall needs about 500.',
    unit: 'requests/min',
  }),
  MARSAD_RATE_LIMIT_ADDRESS: note(requestsPerMinute.default(30_000), {
    section: 'HTTP',
    text: 'Requests one address may make in a minute, all its users together; 0 does not limit. Behind a proxy see MARSAD_TRUSTED_PROXIES.',
    unit: 'requests/min',
  }),

  MARSAD_EDGE_HOST: note(text.default('0.0.0.0'), {
    section: 'Edge',
    text: 'Address on which an edge takes viewers (signalling, WHEP, media).',
  }),
  MARSAD_EDGE_PORT: note(port.default(7880), {
    section: 'Edge',
    text: 'TCP port of the first edge process; a second one on this machine takes the next, and so on.',
  }),
  MARSAD_EDGE_UDP_PORT: note(port.default(7882), {
    section: 'Edge',
    text: 'UDP port of the first edge process, through which all its viewers get their pictures; the next edge takes the next.',
  }),
  MARSAD_RTSP: note(z.enum(['on', 'off'], 'must be on or off').default('on'), {
    section: 'Edge',
    text: 'Whether an edge speaks RTSP, for players and recorders to read from and cameras to publish to.',
  }),
  MARSAD_RTSP_PORT: note(port.default(8554), {
    section: 'Edge',
    text: 'TCP port of the first edge’s RTSP server; a second edge on this machine takes the next, and so on.',
  }),
  MARSAD_RTSPS_PORT: note(port.default(8322), {
    section: 'Edge',
    text: 'The same for RTSP over TLS, which is spoken where MARSAD_TLS_CERT is set.',
  }),
  MARSAD_RTSP_UDP_PORT: note(port.max(65_534, 'must be a port number, at most 65534').default(8000), {
    section: 'Edge',
    text: 'UDP port through which RTSP clients that want datagrams get them (RTP); the next one is for RTCP. The next edge takes the next two.',
  }),
  MARSAD_EDGE_PUBLIC_ADDRESSES: note(list.default([]), {
    section: 'Edge',
    text: 'IP addresses at which viewers reach the UDP port, separated by commas: needed behind NAT. Empty: the addresses of this machine.',
  }),
  MARSAD_EDGE_PUBLIC_URL: note(url('http:', 'https:', 'ws:', 'wss:').optional(), {
    section: 'Edge',
    text: 'URL at which viewers reach the first edge. Unset: the host name of their request with the edge port.',
  }),
  MARSAD_EDGE_CORS_ORIGINS: note(origins.default(['*']), {
    section: 'Edge',
    text: 'Origins whose pages may connect to the edge, separated by commas, or *. A token is needed either way.',
  }),

  TURN_URLS: note(
    list
      .refine((values) => values.every((value) => /^(turns?|stuns?):\S+$/i.test(value)), {
        error: 'must be addresses such as turn:turn.example:3478?transport=udp, separated by commas',
      })
      .default([]),
    {
      section: 'Edge',
      text: 'TURN and STUN servers viewers are told of, separated by commas: turn:host:3478?transport=udp,turns:host:5349?transport=tcp.',
    },
  ),
  TURN_SECRET: note(
    z.string().min(16, 'must have at least 16 characters: whoever knows it can use the relay').optional(),
    {
      section: 'Edge',
      text: 'Secret shared with the TURN servers (`static-auth-secret` of coturn), of which each viewer’s credentials are made.',
      secret: true,
    },
  ),
  TURN_TTL: note(seconds(60, 604_800).default(43_200), {
    section: 'Edge',
    text: 'How long a viewer’s TURN credentials can be used to begin a relayed connection.',
    unit: 's',
  }),
  TURN_FORCE_RELAY: note(z.enum(['on', 'off'], 'must be on or off').default('off'), {
    section: 'Edge',
    text: 'on: LiveKit clients use the relay alone, also where they could do without.',
  }),

  MARSAD_MEDIA_NODES: note(
    list
      .refine((values) => values.length > 0 && values.every((value) => roleSet.test(value)), {
        error: 'must name the roles of each process: ingest, edge or ingest+edge, separated by commas',
      })
      .default(['ingest+edge']),
    {
      section: 'Media nodes',
      text: 'Media-node processes that `marsad start` runs, by role, separated by commas: `ingest,ingest,edge` is three processes. `ingest+edge` is one with both.',
    },
  ),
  MARSAD_RPC_LISTEN: note(z.string().regex(rpcAddress, 'must be unix:/path or tls://host:port').optional(), {
    section: 'Media nodes',
    text: 'Where a media node takes commands of the api: unix:/path or tls://host:port.',
    fallback: 'a Unix socket in the run folder, named after the node',
  }),
  MARSAD_RPC_ADVERTISE: note(z.string().regex(rpcAddress, 'must be unix:/path or tls://host:port').optional(), {
    section: 'Media nodes',
    text: 'Address under which others reach MARSAD_RPC_LISTEN, when that differs.',
  }),
  MARSAD_RPC_TLS_CERT: note(text.optional(), {
    section: 'Media nodes',
    text: 'PEM file with the certificate of a node that listens on tls://.',
  }),
  MARSAD_RPC_TLS_KEY: note(text.optional(), {
    section: 'Media nodes',
    text: 'PEM file with the private key of MARSAD_RPC_TLS_CERT.',
  }),
  MARSAD_RPC_TLS_CA: note(text.optional(), {
    section: 'Media nodes',
    text: 'PEM file with the authority that signed the nodes’ certificates.',
  }),
  MARSAD_WEBHOOK_URLS: note(list.default([]), {
    section: 'Media nodes',
    text: 'URLs that get the LiveKit webhooks of the edges, separated by commas.',
  }),

  DATABASE_URL: note(url('postgres:', 'postgresql:').optional(), {
    section: 'Connections',
    text: 'PostgreSQL 15 or later, as postgres://user:password@host:5432/database.',
    fallback: '`marsad start` runs a private one in the data folder',
    secret: true,
  }),
  MARSAD_DATABASE_CONNECTIONS: note(
    z.coerce.number('must be a number').int('must be a whole number').min(2).max(500).default(10),
    { section: 'Connections', text: 'Most database connections one process opens.', unit: 'connections' },
  ),
  VALKEY_URL: note(valkeyNodes.optional(), {
    section: 'Connections',
    text: 'Valkey 8, as valkey://:password@host:6379 or unix:///path/valkey.sock; several nodes of one cluster separated by commas. Its maxmemory-policy must be noeviction.',
    fallback: '`marsad start` runs a private one in the data folder',
    secret: true,
  }),
  MARSAD_VALKEY_PREFIX: note(
    z
      .string()
      .regex(/^\{[A-Za-z0-9_-]+\}:$/, 'must be one hash tag and a colon, such as {marsad}:')
      .default('{marsad}:'),
    {
      section: 'Connections',
      text: 'Prefix of every key. One hash tag, so that all of them are on one shard of a cluster.',
    },
  ),
  LIVEKIT_URL: note(url('http:', 'https:', 'ws:', 'wss:').optional(), {
    section: 'Connections',
    text: 'A LiveKit server that takes the place of the built-in edge.',
    fallback: 'the edge of the media nodes',
  }),
  LIVEKIT_API_KEY: note(text.optional(), {
    section: 'Connections',
    text: 'Key of the LiveKit API, also of the built-in one.',
    fallback: 'generated at the first start',
  }),
  LIVEKIT_API_SECRET: note(
    z.string().min(32, 'must have at least 32 characters: it signs the tokens of viewers').optional(),
    {
      section: 'Connections',
      text: 'Secret of LIVEKIT_API_KEY.',
      fallback: 'generated at the first start',
      secret: true,
    },
  ),

  MEDIAMTX_API_URL: note(url('http:', 'https:').optional(), {
    section: 'Connections',
    text: 'Control API of a MediaMTX server, as http://user:password@host:9997. It fetches the cameras whose metadata say `"mediamtx": true`; we add and remove their paths there.',
    secret: true,
  }),
  MEDIAMTX_RTSP_URL: note(url('rtsp:', 'rtsps:').optional(), {
    section: 'Connections',
    text: 'Where we read the streams of that server, as rtsp://user:password@host:8554.',
    secret: true,
  }),

  MARSAD_ACCESS_TOKEN_TTL: note(seconds(60, 86_400).default(900), {
    section: 'Sign-in',
    text: 'Life of an access token.',
    unit: 's',
  }),
  MARSAD_REFRESH_TOKEN_TTL: note(seconds(300, 7_776_000).default(604_800), {
    section: 'Sign-in',
    text: 'Life of a sign-in that is not used; every use renews it.',
    unit: 's',
  }),
  MARSAD_VIEWER_TOKEN_TTL: note(seconds(30, 86_400).default(600), {
    section: 'Sign-in',
    text: 'Life of the token with which a viewer joins a room; the edge renews it while the viewer watches.',
    unit: 's',
  }),

  QUOTA_COUNTS: note(z.enum(['reservations', 'cameras'], 'must be reservations or cameras').default('reservations'), {
    section: 'Quota',
    text: 'What an agency’s limit counts: every reservation, or every camera once however many watch it.',
  }),
  MARSAD_RESERVATION_TTL: note(seconds(60, 86_400).default(3600), {
    section: 'Quota',
    text: 'How long a reservation lasts after its last heartbeat’s renewal, at most.',
    unit: 's',
  }),
  MARSAD_HEARTBEAT_TIMEOUT: note(seconds(5, 3600).default(45), {
    section: 'Quota',
    text: 'A reservation without a heartbeat for this long is over.',
    unit: 's',
  }),

  MARSAD_DEMO: note(z.enum(['auto', 'on', 'off'], 'must be auto, on or off').default('auto'), {
    section: 'Demonstration',
    text: 'The simulator’s cameras: on, off, or auto, which is on until an administrator has added a camera.',
  }),
  MARSAD_DEMO_CAMERAS: note(
    z.coerce.number('must be a number').int('must be a whole number').min(1).max(1000).default(12),
    { section: 'Demonstration', text: 'How many cameras the simulator has.', unit: 'cameras' },
  ),
  MARSAD_DEMO_RTSP_PORT: note(port.default(18554), {
    section: 'Demonstration',
    text: 'TCP port of the simulator’s RTSP server, on 127.0.0.1.',
  }),
  MARSAD_DEMO_LIST: note(text.optional(), {
    section: 'Demonstration',
    text: 'JSON file with the cameras the api puts in the catalogue as demonstration cameras. `marsad start` writes it and sets this.',
  }),

  MARSAD_LOG_LEVEL: note(
    z.enum(['trace', 'debug', 'info', 'warn', 'error'], 'must be trace, debug, info, warn or error').default('info'),
    { section: 'Logs', text: 'Least severe log line that is written.' },
  ),
});
export type Settings = z.infer<typeof Settings>;

export const settingNames = Object.keys(Settings.shape) as (keyof Settings)[];

/** The notes of a setting, and its default as one would write it; `null` when it has none. */
export function describeSetting(name: keyof Settings): SettingNotes & { default: string | null } {
  const schema: z.ZodType = Settings.shape[name];
  const notes = schema.meta() as unknown as SettingNotes;
  const parsed = schema.safeParse(undefined);
  const value: unknown = parsed.success ? parsed.data : undefined;
  return { ...notes, default: value === undefined ? null : Array.isArray(value) ? value.join(',') : String(value) };
}

function isOrigin(value: string): boolean {
  return URL.canParse(value) && new URL(value).origin === value;
}
