import { create } from 'zustand';
import { useSettings } from '../settings/settings-store.ts';

interface Frame {
  /** Everything but the wall is hidden. */
  readonly onlyWall: boolean;
  readonly open: 'palette' | 'shortcuts' | 'player-password' | null;
  /** Counts requests to put the cursor into the search field. */
  readonly finding: number;
  toggleOnlyWall: () => void;
  setOpen: (open: Frame['open']) => void;
  findCamera: () => void;
}

export const useFrame = create<Frame>()((set, get) => ({
  onlyWall: false,
  open: null,
  finding: 0,
  toggleOnlyWall: () => set({ onlyWall: !get().onlyWall }),
  setOpen: (open) => set({ open }),
  findCamera: () => {
    useSettings.getState().set({ panelOpen: true });
    set({ finding: get().finding + 1, onlyWall: false });
  },
}));
