import { z } from 'zod';
import { note, port, text } from './kinds.ts';

export const folders = {
  MARSAD_DATA: note(text.default('./data'), {
    section: 'Folders',
    text: 'Folder that holds everything Marsad keeps: private database and Valkey, secrets, logs. Relative to the folder it is started in.',
  }),
  MARSAD_SECRETS: note(text.optional(), {
    section: 'Folders',
    text: 'Folder of the generated secrets. Processes on several machines must share its contents.',
    fallback: '<MARSAD_DATA>/secrets',
  }),
  MARSAD_CACHE: note(text.optional(), {
    section: 'Folders',
    text: 'Folder for what can be fetched or made again: Valkey binaries, encoded loops of the simulator.',
    fallback: '.cache in the installation, or <MARSAD_DATA>/cache where that cannot be written',
  }),
};

export const demonstration = {
  MARSAD_DEMO: note(z.enum(['auto', 'on', 'off'], 'must be auto, on or off').default('auto'), {
    section: 'Demonstration',
    text: 'The simulator’s cameras: on, off, or auto, which is on until an administrator has added a camera.',
  }),
  MARSAD_DEMO_CAMERAS: note(
    z.coerce.number('must be a number').int('must be a whole number').min(1).max(1000).default(12),
    { section: 'Demonstration', text: 'How many cameras the simulator has.', unit: 'cameras' },
  ),
  MARSAD_DEMO_RTSP_PORT: note(port.default(18554), {
    section: 'Demonstration',
    text: 'TCP port of the simulator’s RTSP server, on 127.0.0.1.',
  }),
  MARSAD_DEMO_ONVIF_PORT: note(port.default(18555), {
    section: 'Demonstration',
    text: 'TCP port on 127.0.0.1 where those of the simulator’s cameras that can be moved speak ONVIF.',
  }),
  MARSAD_DEMO_LIST: note(text.optional(), {
    section: 'Demonstration',
    text: 'JSON file with the cameras the api puts in the catalogue as demonstration cameras. `marsad start` writes it and sets this.',
  }),
};

export const logs = {
  MARSAD_LOG_LEVEL: note(
    z.enum(['trace', 'debug', 'info', 'warn', 'error'], 'must be trace, debug, info, warn or error').default('info'),
    { section: 'Logs', text: 'Least severe log line that is written.' },
  ),
};
