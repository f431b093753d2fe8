import { readBarcode } from '@marsad/simulator/barcode';
import type { ShownFrame } from './watched.ts';

/** The part of the picture's height, from its top, in which the barcode lies. */
const BAND = 0.1;

/** Reads the frame number out of every picture a video element shows. */
export class FrameRecorder {
  readonly frames: ShownFrame[] = [];
  #video: HTMLVideoElement;
  #canvas = document.createElement('canvas');
  #closed = false;

  constructor(video: HTMLVideoElement) {
    this.#video = video;
    this.#next();
  }

  close(): void {
    this.#closed = true;
  }

  #next(): void {
    this.#video.requestVideoFrameCallback((_, metadata) => {
      if (this.#closed) return;
      this.frames.push({ number: this.#read(), shownAt: performance.timeOrigin + metadata.presentationTime });
      this.#next();
    });
  }

  #read(): number | null {
    const { videoWidth: width, videoHeight: height } = this.#video;
    const rows = Math.ceil(height * BAND);
    this.#canvas.width = width;
    this.#canvas.height = rows;
    const context = this.#canvas.getContext('2d', { willReadFrequently: true });
    if (!context) return null;
    context.drawImage(this.#video, 0, 0, width, rows, 0, 0, width, rows);
    return readBarcode(context.getImageData(0, 0, width, rows).data, width, height, width * 4, 4);
  }
}
