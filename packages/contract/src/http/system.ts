import { z } from 'zod';
import { StreamState } from '../node/stream-state.ts';
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

const rate = z.number().min(0);

/** Sums over all media nodes at one moment; rates are of the time since the sample before. */
export const FigureSample = z
  .object({
    at: Timestamp,
    bits_in: rate.describe('Received from cameras, bit/s.'),
    bits_out: rate.describe('Sent to viewers, bit/s of payload.'),
    viewers: z.record(z.string(), z.number().int()).describe('Connections, by protocol.'),
    streams: z.partialRecord(StreamState, z.number().int()).describe('Streams of cameras, by state.'),
    pictures_dropped: rate.describe('Pictures a second that somebody slow was not sent.'),
    packets_lost: rate.describe('Packets a second that did not arrive from cameras.'),
    errors: rate.describe('Requests a second answered with a status of 500 or above, by the process asked.'),
  })
  .meta({ id: 'FigureSample' });
export type FigureSample = z.infer<typeof FigureSample>;

export const NodeFigures = z
  .object({
    id: z.string(),
    bits_in: rate,
    bits_out: rate,
    viewers: z.number().int(),
    memory_bytes: z.number().int().nullable(),
  })
  .meta({ id: 'NodeFigures' });
export type NodeFigures = z.infer<typeof NodeFigures>;

export const SystemFigures = z
  .object({
    interval_seconds: z.number(),
    samples: z.array(FigureSample).describe('The last ten minutes, the oldest first.'),
    nodes: z.array(NodeFigures).describe('Of the last sample; a node that did not answer is not among them.'),
  })
  .meta({ id: 'SystemFigures' });
export type SystemFigures = z.infer<typeof SystemFigures>;

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
  figures: defineRoute({
    method: 'GET',
    path: '/api/v1/system/figures',
    access: 'admin',
    summary: 'Viewers, bitrates, losses and errors of the last ten minutes',
    description: 'Kept in the memory of the process asked, and so begins anew with it. For longer times see /metrics.',
    tags: ['system'],
    responses: { 200: SystemFigures },
  }),
} as const;
