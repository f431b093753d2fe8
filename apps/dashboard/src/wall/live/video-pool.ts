/**
 * One `<video>` per camera, owned here and not by React: a camera that moves to another tile takes its element along
 * and never goes black. Elements of cameras taken off are used again; making one costs a decoder's set-up.
 */
export class VideoPool {
  readonly #inUse = new Map<string, HTMLVideoElement>();
  readonly #free: HTMLVideoElement[] = [];

  take(camera: string): HTMLVideoElement {
    const held = this.#inUse.get(camera);
    if (held) return held;
    const video = this.#free.pop() ?? makeVideo();
    this.#inUse.set(camera, video);
    return video;
  }

  /** The camera is off the wall: its picture must not appear under another name. */
  giveBack(camera: string): void {
    const video = this.#inUse.get(camera);
    if (!video) return;
    this.#inUse.delete(camera);
    video.srcObject = null;
    video.load();
    video.remove();
    if (this.#free.length < 8) this.#free.push(video);
  }
}

function makeVideo(): HTMLVideoElement {
  const video = document.createElement('video');
  video.muted = true;
  video.autoplay = true;
  video.playsInline = true;
  video.disablePictureInPicture = true;
  video.tabIndex = -1;
  // What it shows is said in words by the tile around it.
  video.ariaHidden = 'true';
  video.className = 'tile-video';
  return video;
}

/** Puts the element into the tile. `moveBefore` keeps it playing; elsewhere it is started again. */
export function mountVideo(tile: HTMLElement, video: HTMLVideoElement): void {
  if (video.parentElement === tile) return;
  if (video.isConnected && tile.isConnected && 'moveBefore' in tile && typeof tile.moveBefore === 'function') {
    tile.moveBefore(video, null);
    return;
  }
  tile.append(video);
  if (video.srcObject) void video.play().catch(() => {});
}
