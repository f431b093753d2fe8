import { z } from 'zod';

/** RFC 3339 in UTC with milliseconds, as `Date.prototype.toISOString` writes it. */
export const Timestamp = z.iso.datetime({ offset: true });

/** Words an operator can read, without control characters (they would be invisible in a list, and forge log lines). */
export const Label = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .regex(/^[^\p{Cc}]*$/u);

export const PageQuery = z.object({
  limit: z.coerce.number<number | string>().int().min(1).max(1000).default(100).describe('Most rows in one answer.'),
  offset: z.coerce.number<number | string>().int().min(0).max(1_000_000).default(0).describe('Rows to skip.'),
});
