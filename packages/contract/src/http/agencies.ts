import { z } from 'zod';
import { Source } from '../agencies.ts';
import { defineRoute } from './route.ts';

export const Agency = z.object({ code: Source, name: z.string(), name_ar: z.string() }).meta({ id: 'Agency' });
export type Agency = z.infer<typeof Agency>;

export const agencyRoutes = {
  list: defineRoute({
    method: 'GET',
    path: '/api/v1/agencies',
    access: 'user',
    summary: 'The agencies whose cameras the caller may view',
    tags: ['cameras'],
    responses: { 200: z.object({ agencies: z.array(Agency) }) },
  }),
} as const;
