import { barcodeHeight, readBarcode } from '@marsad/simulator/barcode';

/** A picture that was put on the screen. */
export interface ShownFrame {
  /** The number drawn into the picture; null when the barcode could not be read. */
  readonly number: number | null;
  /** When it was handed to the compositor, in milliseconds since the epoch. */
  readonly shownAt: number;
}

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
    const rows = barcodeHeight(width, height);
    this.#canvas.width = width;
    this.#canvas.height = rows;
    const context = this.#canvas.getContext('2d', { willReadFrequently: true });
    if (!context) return null;
    context.drawImage(this.#video, 0, 0, width, rows, 0, 0, width, rows);
    const { data } = context.getImageData(0, 0, width, rows);
    // Green stands for luma: the barcode is black and white.
    const luma = new Uint8Array(width * rows);
    for (let index = 0; index < luma.length; index++) luma[index] = data[index * 4 + 1] ?? 0;
    return readBarcode(luma, width, height);
  }
}
