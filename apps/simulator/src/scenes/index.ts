import { busInterior } from './bus.ts';
import { junction } from './junction.ts';
import { platform } from './platform.ts';
import type { Scene, SceneName } from './scene.ts';

export const SCENES: Readonly<Record<SceneName, Scene>> = { junction, platform, bus: busInterior };
