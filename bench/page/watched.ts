/** What crosses between the bench and its page: plain values only. */
export interface WatchRequest {
  readonly client: 'whep' | 'livekit';
  readonly camera: string;
  readonly accessToken: string;
  /** How long to look after the first picture, in milliseconds. */
  readonly watchMs: number;
}

/** A picture that was put on the screen. */
export interface ShownFrame {
  /** The number drawn into the picture; null when the barcode could not be read. */
  readonly number: number | null;
  /** When it was handed to the compositor, in milliseconds since the epoch. */
  readonly shownAt: number;
}

export interface Watched {
  /** The click, in milliseconds since the epoch. */
  readonly clickedAt: number;
  /** The first decoded picture, likewise. */
  readonly firstPictureAt: number;
  readonly frames: readonly ShownFrame[];
}

/** What a wall has shown so far. */
export interface WallShown {
  readonly tiles: number;
  readonly pictures: number;
}

/** What `wall.ts` puts into the page. */
export interface WallPage {
  shown(): WallShown;
  observeLongTasks(boundMs: number): void;
  longTasks(): number;
}
