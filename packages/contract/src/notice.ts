import { z } from 'zod';

/** Topic of the data messages with which an administrator speaks to those who watch. */
export const noticeTopic = 'marsad.notice';

/** The payload, JSON in UTF-8. */
export const Notice = z.object({
  text: z.string().min(1).max(500),
  severity: z.enum(['info', 'warning', 'critical']),
  sent_at: z.iso.datetime({ offset: true }),
});
export type Notice = z.infer<typeof Notice>;
