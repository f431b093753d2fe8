import { type Colour, colour } from './colour.ts';
import { lives } from './scene.ts';
import type { VehicleAt, VehicleKind } from './vehicles.ts';

/** Phases of the junction in seconds of the loop. */
const PHASES = { mainGreenEnd: 8, mainRed: 9.5, crossGreen: 10.5, crossGreenEnd: 17.5, crossRed: 19 };

export type Lamp = 'green' | 'yellow' | 'red';

export function mainLamp(t: number): Lamp {
  return t < PHASES.mainGreenEnd ? 'green' : t < PHASES.mainRed ? 'yellow' : 'red';
}

export function crossLamp(t: number): Lamp {
  if (t < PHASES.crossGreen || t >= PHASES.crossRed) return 'red';
  return t < PHASES.crossGreenEnd ? 'green' : 'yellow';
}

interface Trip {
  readonly kind: VehicleKind;
  readonly paint: Colour;
  /** `z`: along the main road at `lane` = x; `x`: along the cross street at `lane` = z. */
  readonly axis: 'x' | 'z';
  readonly lane: number;
  readonly direction: 1 | -1;
  /** Second at which it passes `origin`, or at which it comes to a halt there. */
  readonly at: number;
  readonly origin: number;
  /** Second at which it drives on after a halt; null when it passes without. */
  readonly go: number | null;
}

const SPEED = 11;
const BRAKING = 3;
const PULL_AWAY = 2.2;

const [white, silver, black, red, blue, sand, green, orange, cream] = [
  '#f0f0ee',
  '#b4b9bf',
  '#26282c',
  '#b02a25',
  '#2b5ea8',
  '#c9b48a',
  '#3d7a55',
  '#d9822b',
  '#e9dfc0',
].map(colour) as [Colour, Colour, Colour, Colour, Colour, Colour, Colour, Colour, Colour];

function pass(kind: VehicleKind, paint: Colour, axis: 'x' | 'z', lane: number, direction: 1 | -1, at: number): Trip {
  return { kind, paint, axis, lane, direction, at, origin: axis === 'z' ? 27 : 0, go: null };
}

function halt(trip: Omit<Trip, 'go'>, go: number): Trip {
  return { ...trip, go };
}

const TRIPS: readonly Trip[] = [
  halt({ kind: 'taxi', paint: cream, axis: 'z', lane: -2.3, direction: -1, at: 12, origin: 42 }, 20.4),
  halt({ kind: 'suv', paint: white, axis: 'z', lane: -2.3, direction: -1, at: 13.6, origin: 49 }, 21.2),
  halt({ kind: 'saloon', paint: red, axis: 'z', lane: -5.7, direction: -1, at: 11.4, origin: 42.6 }, 20.2),
  pass('suv', black, 'z', -2.3, -1, 7.4),
  pass('saloon', silver, 'z', -5.7, -1, 5.6),
  pass('saloon', blue, 'z', -5.7, -1, 8),
  pass('saloon', white, 'z', 2.3, 1, 1.8),
  pass('taxi', cream, 'z', 2.3, 1, 5.4),
  pass('suv', sand, 'z', 5.7, 1, 3.2),
  pass('bus', white, 'z', 5.7, 1, 7.6),
  halt({ kind: 'saloon', paint: orange, axis: 'x', lane: 22.2, direction: 1, at: 4.2, origin: -10.6 }, 10.8),
  halt({ kind: 'suv', paint: green, axis: 'x', lane: 31.8, direction: -1, at: 6.5, origin: 11 }, 10.9),
  pass('bus', white, 'x', 28.8, -1, 14.4),
  pass('saloon', black, 'x', 25.4, 1, 12.4),
  pass('taxi', cream, 'x', 25.4, 1, 15.2),
  pass('suv', white, 'x', 22.2, 1, 16.8),
  pass('saloon', silver, 'x', 31.8, -1, 16.2),
];

/** Every vehicle in view at `t` seconds of the loop. */
export function vehiclesAt(t: number): VehicleAt[] {
  const list: VehicleAt[] = [];
  for (const trip of TRIPS) {
    for (const time of lives(t, 1, 1)) {
      const { distance, braking } = travelled(trip, time);
      const place = trip.origin + trip.direction * distance;
      const outside = trip.axis === 'z' ? place < 6 || place > 170 : Math.abs(place) > 36;
      if (outside) continue;
      list.push({
        kind: trip.kind,
        paint: trip.paint,
        x: trip.axis === 'z' ? trip.lane : place,
        z: trip.axis === 'z' ? place : trip.lane,
        forward: trip.axis === 'z' ? [0, trip.direction] : [trip.direction, 0],
        braking,
      });
    }
  }
  return list;
}

/** Metres from `origin` (negative before it) along the direction of travel. */
function travelled(trip: Trip, time: number): { distance: number; braking: boolean } {
  if (trip.go === null) return { distance: (time - trip.at) * SPEED, braking: false };
  if (time < trip.at) {
    const left = trip.at - time;
    const slowing = SPEED / BRAKING;
    if (left < slowing) return { distance: (-BRAKING * left * left) / 2, braking: true };
    return { distance: -((SPEED * slowing) / 2 + (left - slowing) * SPEED), braking: false };
  }
  if (time < trip.go) return { distance: 0, braking: true };
  const since = time - trip.go;
  const gaining = SPEED / PULL_AWAY;
  if (since < gaining) return { distance: (PULL_AWAY * since * since) / 2, braking: false };
  return { distance: (SPEED * gaining) / 2 + (since - gaining) * SPEED, braking: false };
}
