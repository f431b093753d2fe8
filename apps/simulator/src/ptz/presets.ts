import type { PtzPosition } from './position.ts';

export interface Preset {
  readonly name: string;
  readonly position: PtzPosition;
}

/** Why a preset was not stored, in the words of ONVIF PTZ 5.4.1. */
export type PresetRefusal = 'NoToken' | 'PresetExist' | 'InvalidPresetName' | 'TooManyPresets';

export const MAX_PRESETS = 64;
const MAX_NAME = 64;

/** Places that a head has stored, by token. Tokens are numbers from 1. */
export class Presets {
  readonly #presets = new Map<string, Preset>([
    ['1', { name: 'Entrance', position: { pan: -0.5, tilt: -0.25, zoom: 0.25 } }],
    ['2', { name: 'Crossing', position: { pan: 0.25, tilt: -0.5, zoom: 0.5 } }],
    ['3', { name: 'Car park', position: { pan: 0.75, tilt: -0.1, zoom: 0 } }],
  ]);

  entries(): [string, Preset][] {
    return [...this.#presets];
  }

  get(token: string): Preset | null {
    return this.#presets.get(token) ?? null;
  }

  /**
   * Stores a place anew (`token` null: the lowest free number) or in the place of another. Without a name it keeps the one
   * it had, or is called by its number.
   */
  store(
    position: PtzPosition,
    name: string | null,
    token: string | null,
  ): { token: string } | { refusal: PresetRefusal } {
    const replaced = token === null ? null : this.get(token);
    if (token !== null && replaced === null) return { refusal: 'NoToken' };
    if (name !== null && (name === '' || name.length > MAX_NAME)) return { refusal: 'InvalidPresetName' };
    if (this.entries().some(([other, preset]) => other !== token && preset.name === name)) {
      return { refusal: 'PresetExist' };
    }
    if (token === null && this.#presets.size >= MAX_PRESETS) return { refusal: 'TooManyPresets' };
    const stored = token ?? this.#free();
    this.#presets.set(stored, { name: name ?? replaced?.name ?? `Preset ${stored}`, position });
    return { token: stored };
  }

  /** False when there is none. */
  remove(token: string): boolean {
    return this.#presets.delete(token);
  }

  #free(): string {
    let number = 1;
    while (this.#presets.has(String(number))) number++;
    return String(number);
  }
}
