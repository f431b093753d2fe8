import { z } from 'zod';
import { connections } from './settings/connections.ts';
import { edge } from './settings/edge.ts';
import { http } from './settings/http.ts';
import type { SettingNotes } from './settings/kinds.ts';
import { mediaNodes } from './settings/media-nodes.ts';
import { quota, signIn } from './settings/people.ts';
import { demonstration, folders, logs } from './settings/running.ts';

/** Every setting there is. The names are those of environment variables; nothing else configures a process. */
export const Settings = z.object({
  ...folders,
  ...http,
  ...edge,
  ...mediaNodes,
  ...connections,
  ...signIn,
  ...quota,
  ...demonstration,
  ...logs,
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
