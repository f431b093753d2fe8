import { junction } from './junction.ts';
import type { Scene } from './scene.ts';

export const platform: Scene = { ...junction, name: 'platform' };
