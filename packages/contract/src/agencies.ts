import { z } from 'zod';

/** The agencies that share the platform. On the wire an agency is called `source`; both words name the same code. */
export const sources = ['DUBAI_POLICE', 'METRO', 'BUS', 'OTHER'] as const;
export const Source = z.enum(sources).meta({ id: 'Source', description: 'Code of the agency a camera belongs to.' });
export type Source = z.infer<typeof Source>;

/** Names in both languages, and how many streams may be reserved at once until an administrator says otherwise. */
export const agencies = {
  DUBAI_POLICE: { name: 'Dubai Police', name_ar: 'شرطة دبي', limit: 50 },
  METRO: { name: 'Metro', name_ar: 'المترو', limit: 30 },
  BUS: { name: 'Bus', name_ar: 'الحافلات', limit: 20 },
  OTHER: { name: 'Other agencies', name_ar: 'جهات أخرى', limit: 400 },
} as const satisfies Record<Source, { name: string; name_ar: string; limit: number }>;
