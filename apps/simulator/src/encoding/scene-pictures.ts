import { Canvas } from '../scenes/canvas.ts';
import { SensorNoise } from '../scenes/grain.ts';
import { SCENE_HEIGHT, SCENE_WIDTH, type Scene } from '../scenes/scene.ts';
import { FRAME_RATE, GUARD_ROWS, LOOP_PICTURES } from './profile.ts';

/** Draws the loop of a scene, picture by picture. The canvas given out is drawn over for the next one. */
export function* scenePictures(scene: Scene): Generator<Canvas> {
  const background = new Canvas(SCENE_WIDTH, SCENE_HEIGHT);
  scene.background(background);
  const canvas = new Canvas(SCENE_WIDTH, SCENE_HEIGHT);
  const noise = new SensorNoise(3.2);
  for (let index = 0; index < LOOP_PICTURES; index++) {
    canvas.copyFrom(background);
    scene.foreground(canvas, index / FRAME_RATE);
    noise.apply(canvas.y, index);
    yield canvas;
  }
}

/** Puts a scene into a picture of the same or half the width, below black guard rows; what is too high is cut off. */
export function fitScene(scene: Canvas, picture: Canvas, top = GUARD_ROWS): void {
  if (picture.width === scene.width) copyBelow(scene, picture, top);
  else halveBelow(scene, picture, top);
}

function copyBelow(from: Canvas, to: Canvas, top: number): void {
  const skip = from.height - (to.height - top);
  to.y.set(from.y.subarray(skip * from.width), top * to.width);
  for (const plane of ['u', 'v'] as const) {
    to[plane].set(from[plane].subarray((skip / 2) * (from.width / 2)), (top / 2) * (to.width / 2));
  }
}

/** Half the size by averaging four pixels. Two are made at a time, in the halves of one number. */
function halveBelow(from: Canvas, to: Canvas, top: number): void {
  const planes = [
    [from.y, from.width, from.height, to.y, to.width, to.height, top],
    [from.u, from.width / 2, from.height / 2, to.u, to.width / 2, to.height / 2, top / 2],
    [from.v, from.width / 2, from.height / 2, to.v, to.width / 2, to.height / 2, top / 2],
  ] as const;
  for (const [source, sourceWidth, sourceHeight, target, width, height, guard] of planes) {
    const words = new Int32Array(source.buffer, source.byteOffset, source.length >> 2);
    const pairs = new Uint16Array(target.buffer, target.byteOffset, target.length >> 1);
    const perRow = sourceWidth >> 2;
    const rows = height - guard;
    let at = (sourceHeight - rows * 2) * perRow;
    let out = (guard * width) >> 1;
    for (let row = 0; row < rows; row++, at += perRow) {
      for (let x = 0; x < perRow; x++, at++) {
        const above = words[at] ?? 0;
        const below = words[at + perRow] ?? 0;
        const sum = (above & EVEN) + ((above >>> 8) & EVEN) + (below & EVEN) + ((below >>> 8) & EVEN) + ROUND;
        pairs[out++] = ((sum >>> 2) & 0xff) | ((sum >>> 10) & 0xff00);
      }
    }
  }
}

/** The lower byte of each half of a number, and 2 in each half. */
const EVEN = 0x00ff00ff;
const ROUND = 0x00020002;
