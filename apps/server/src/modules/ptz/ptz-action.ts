import type { PtzAction, PtzBody } from '@marsad/contract';

const directions = {
  pan_left: { pan: -1, tilt: 0, zoom: 0 },
  pan_right: { pan: 1, tilt: 0, zoom: 0 },
  tilt_up: { pan: 0, tilt: 1, zoom: 0 },
  tilt_down: { pan: 0, tilt: -1, zoom: 0 },
  zoom_in: { pan: 0, tilt: 0, zoom: 1 },
  zoom_out: { pan: 0, tilt: 0, zoom: -1 },
} as const;

/** What a command asks of the camera. */
export function actionOf({ command, speed, duration_ms, preset_id }: PtzBody): PtzAction {
  switch (command) {
    case 'stop':
      return { kind: 'stop' };
    case 'home':
      return { kind: 'home', speed };
    case 'preset':
      return { kind: 'preset', preset: preset_id ?? 1, speed };
    default: {
      const { pan, tilt, zoom } = directions[command];
      return { kind: 'move', pan: pan * speed, tilt: tilt * speed, zoom: zoom * speed, milliseconds: duration_ms };
    }
  }
}
