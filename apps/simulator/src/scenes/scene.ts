import type { Canvas } from './canvas.ts';

/** A synthetic place. Everything in it returns to where it was after `LOOP_SECONDS`. */
export interface Scene {
  readonly name: SceneName;
  /** What never moves; drawn once. */
  background(canvas: Canvas): void;
  /** What moves, at `t` seconds into the loop (0 ≤ t < LOOP_SECONDS), over a copy of the background. */
  foreground(canvas: Canvas, t: number): void;
}

export type SceneName = 'junction' | 'platform' | 'bus';

export const LOOP_SECONDS = 20;
/** Size in pixels that scenes are drawn for. */
export const SCENE_WIDTH = 1280;
export const SCENE_HEIGHT = 640;

/**
 * The times at which something with a life longer than the loop is present at once: at `t`, and as itself one loop
 * earlier and later. Drawing it at each of them makes the wrap seamless.
 */
export function lives(t: number, before = 1, after = 2): number[] {
  return Array.from({ length: before + after + 1 }, (_, i) => t + (i - before) * LOOP_SECONDS);
}

/** A smooth step from 0 to 1 while `x` goes from 0 to 1. */
export function ease(x: number): number {
  const c = x < 0 ? 0 : Math.min(x, 1);
  return c * c * (3 - 2 * c);
}

/** A periodic wave over the loop: `cycles` whole periods, -1 to 1. */
export function wave(t: number, cycles: number, phase = 0): number {
  return Math.sin((t / LOOP_SECONDS) * cycles * 2 * Math.PI + phase);
}
