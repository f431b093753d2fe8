import { z } from 'zod';
import { note, text, url, valkeyNodes } from './kinds.ts';

export const connections = {
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
};
