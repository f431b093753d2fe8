import { z } from 'zod';
import { Timestamp } from './common.ts';
import { defineRoute } from './route.ts';

const PartState = z.enum(['ok', 'unavailable']);

export const Health = z
  .object({
    status: z.literal('ok'),
    version: z.string(),
    timestamp: Timestamp,
    parts: z.object({ database: PartState, valkey: PartState, media_nodes: PartState }),
  })
  .meta({ id: 'Health' });
export type Health = z.infer<typeof Health>;

export const Readiness = z
  .object({ status: z.enum(['ready', 'not_ready']), timestamp: Timestamp, parts: Health.shape.parts })
  .meta({ id: 'Readiness' });

export const MediaNodeInfo = z
  .object({
    id: z.string(),
    roles: z.array(z.enum(['ingest', 'edge'])),
    rpc: z.string(),
    connected: z.boolean(),
    public_url: z.string().nullable(),
    started_at: Timestamp,
    cameras: z.number().int().describe('Cameras placed on it.'),
    streams: z.number().int().describe('Streams that are live on it.'),
  })
  .meta({ id: 'MediaNode' });
export type MediaNodeInfo = z.infer<typeof MediaNodeInfo>;

export const systemRoutes = {
  health: defineRoute({
    method: 'GET',
    path: '/health',
    access: 'public',
    summary: 'Whether the process lives, and what of its surroundings does',
    tags: ['system'],
    responses: { 200: Health },
  }),
  ready: defineRoute({
    method: 'GET',
    path: '/ready',
    access: 'public',
    summary: 'Whether requests can be served: 503 while a part is missing',
    tags: ['system'],
    responses: { 200: Readiness, 503: Readiness },
  }),
  metrics: defineRoute({
    method: 'GET',
    path: '/metrics',
    access: 'operations',
    summary: 'Prometheus metrics of this process and of every media node',
    tags: ['system'],
    responses: { 200: z.string() },
  }),
  nodes: defineRoute({
    method: 'GET',
    path: '/api/v1/system/nodes',
    access: 'admin',
    summary: 'Media nodes',
    tags: ['system'],
    responses: { 200: z.object({ nodes: z.array(MediaNodeInfo) }) },
  }),
} as const;
