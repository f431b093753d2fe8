import { create } from 'zustand';
import { geometryOf } from '../layout.ts';
import { useWall } from '../wall-store.ts';

export const speeds = { slow: 0.2, normal: 0.5, fast: 1 } as const;
export type Speed = keyof typeof speeds;
export const speedNames = ['slow', 'normal', 'fast'] as const satisfies readonly Speed[];

interface Moving {
  /** The camera on the wall that is being moved. */
  readonly camera: string | null;
  /** The tile that was made large for it, and is made small again after. */
  readonly raised: number | null;
  readonly speed: Speed;
  /** @param raise the tile, when it is too small to move a camera in */
  start: (camera: string, raise: number | null) => void;
  end: () => void;
  setSpeed: (speed: Speed) => void;
}

/** One camera at a time: the keys can mean only one. */
export const useMoving = create<Moving>()((set, get) => ({
  camera: null,
  raised: null,
  speed: 'normal',
  start: (camera, raise) => {
    set({ camera, raised: raise });
    if (raise !== null) useWall.getState().maximise(raise);
  },
  end: () => {
    const { raised } = get();
    set({ camera: null, raised: null });
    const wall = useWall.getState();
    if (raised !== null && wall.maximised === raised) wall.maximise(null);
  },
  setSpeed: (speed) => set({ speed }),
}));

// A camera that left the wall, and a tile that was made small again, are not moved any more.
useWall.subscribe(({ tiles, layout, maximised }, before) => {
  const { camera, raised, end } = useMoving.getState();
  if (camera === null) return;
  const shown = tiles.slice(0, geometryOf(layout).cells.length).includes(camera);
  if (!shown || layout !== before.layout || (raised !== null && maximised !== raised)) end();
});
