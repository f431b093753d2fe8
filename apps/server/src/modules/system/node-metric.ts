import { z } from 'zod';

/** A metric as a media node tells it. */
export const NodeMetric = z.object({
  name: z.string(),
  help: z.string(),
  type: z.union([z.string(), z.number()]),
  values: z.array(
    z.object({
      value: z.number(),
      labels: z.record(z.string(), z.union([z.string(), z.number()])),
      metricName: z.string().optional(),
    }),
  ),
});
