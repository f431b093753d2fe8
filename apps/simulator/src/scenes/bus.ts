import { junction } from './junction.ts';
import type { Scene } from './scene.ts';

export const busInterior: Scene = { ...junction, name: 'bus' };
