import { z } from 'zod';
import { defineRoute } from './route.ts';

/** The longest one command moves a camera: a page that dies while a key is held leaves it still moving no longer. */
export const longestMoveMs = 10_000;

export const PtzCommand = z
  .enum(['pan_left', 'pan_right', 'tilt_up', 'tilt_down', 'zoom_in', 'zoom_out', 'preset', 'home', 'stop'])
  .meta({ id: 'PtzCommand' });
export type PtzCommand = z.infer<typeof PtzCommand>;

export const PtzBody = z
  .object({
    command: PtzCommand,
    speed: z.number().min(0).max(1).default(0.5).describe('Share of the fastest the camera can.'),
    preset_id: z.number().int().min(1).max(10_000).optional().describe('Needed for `preset`.'),
    duration_ms: z
      .number()
      .int()
      .min(50)
      .max(longestMoveMs)
      .default(500)
      .describe('How long it pans, tilts or zooms, unless another command comes before; repeat it to go on.'),
    user_id: z.string().max(100).optional().describe('Accepted for compatibility; must be the caller’s own.'),
  })
  .refine(({ command, preset_id }) => command !== 'preset' || preset_id !== undefined, {
    path: ['preset_id'],
    error: 'is needed for the command preset',
    params: { ar: 'مطلوب للأمر preset' },
  });
export type PtzBody = z.output<typeof PtzBody>;

export const PtzDone = z.object({ status: z.literal('success'), message: z.string() }).meta({ id: 'PtzDone' });

export const PtzPreset = z
  .object({
    preset_id: z.number().int().describe('What the command `preset` takes.'),
    name: z.string().describe('As the camera has it.'),
  })
  .meta({ id: 'PtzPreset' });
export type PtzPreset = z.infer<typeof PtzPreset>;

export const PtzPresets = z.object({ presets: z.array(PtzPreset) }).meta({ id: 'PtzPresets' });

const params = z.object({ id: z.string().min(1).max(100) });
const errors = [
  'CAMERA_NOT_FOUND',
  'PTZ_FORBIDDEN',
  'PTZ_NOT_ENABLED',
  'CAMERA_OFFLINE',
  'PTZ_UNAUTHORIZED',
  'PTZ_UNSUPPORTED',
  'PTZ_REFUSED',
] as const;

export const ptzRoutes = {
  command: defineRoute({
    method: 'POST',
    path: '/api/v1/cameras/{id}/ptz',
    access: 'user',
    summary: 'Move a camera',
    description:
      'Whoever moved a camera in the last five seconds keeps it from others; an administrator takes it from anyone else.',
    tags: ['ptz'],
    params,
    body: PtzBody,
    responses: { 200: PtzDone },
    errors: [...errors, 'FORBIDDEN', 'PTZ_IN_USE', 'PTZ_PRESET_NOT_FOUND'],
  }),
  presets: defineRoute({
    method: 'GET',
    path: '/api/v1/cameras/{id}/ptz/presets',
    access: 'user',
    summary: 'Places a camera has stored and can turn to',
    tags: ['ptz'],
    params,
    responses: { 200: PtzPresets },
    errors: [...errors],
  }),
} as const;
