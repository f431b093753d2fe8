import { type RefObject, useEffect, useRef } from 'react';
import type { HeldCommand } from './hold.ts';
import { keyUse } from './moving-keys.ts';
import { speeds, useMoving } from './moving-store.ts';
import type { Presses } from './presses.ts';

interface Uses {
  readonly presses: RefObject<Presses | null>;
  readonly onHome: () => void;
  readonly onPreset: (number: number) => void;
  readonly onPresets: () => void;
  readonly onSpeed: () => void;
  readonly onEnd: () => void;
}

/** The button with which a move is held by Enter or Space. */
function heldButton({ target, key }: KeyboardEvent): HeldCommand | null {
  if (key !== 'Enter' && key !== ' ') return null;
  const button = target instanceof Element ? target.closest<HTMLElement>('[data-hold]') : null;
  return (button?.dataset['hold'] ?? null) as HeldCommand | null;
}

/**
 * Keys while the focus is in the tile. They are taken at the tile itself, before the wall and the commands hear of them:
 * an arrow must not also move the focus, nor a digit change the layout.
 */
export function useMovingKeys(inside: RefObject<HTMLElement | null>, uses: Uses): void {
  const latest = useRef(uses);
  latest.current = uses;

  useEffect(() => {
    const tile = inside.current?.closest<HTMLElement>('.tile');
    if (!tile) return;

    const use = (event: KeyboardEvent): boolean => {
      const { presses, ...does } = latest.current;
      const button = heldButton(event);
      const action = button ? ({ kind: 'hold', command: button, shifted: false } as const) : keyUse(event);
      if (action === null) return false;
      // Held down, a key is said again and again.
      if (event.repeat) return true;
      if (action.kind === 'hold') {
        const speed = action.shifted ? speeds[useMoving.getState().speed] : null;
        presses.current?.press(event.code, { command: action.command, speed });
      } else if (action.kind === 'preset') does.onPreset(action.number);
      else if (action.kind === 'home') does.onHome();
      else if (action.kind === 'presets') does.onPresets();
      else if (action.kind === 'speed') does.onSpeed();
      else does.onEnd();
      return true;
    };
    const onKeyDown = (event: KeyboardEvent) => {
      const { presses } = latest.current;
      if (event.target instanceof Element && event.target.closest('[role="dialog"]')) return;
      if (presses.current) presses.current.fast = event.shiftKey;
      if (!use(event)) return;
      event.preventDefault();
      event.stopPropagation();
    };
    const onKeyUp = (event: KeyboardEvent) => {
      const { presses } = latest.current;
      if (!presses.current) return;
      presses.current.fast = event.shiftKey;
      // Before it is let go: Space would press the button in its own way then.
      if (presses.current.has(event.code)) event.preventDefault();
      presses.current.release(event.code);
    };
    const onFocusOut = ({ relatedTarget }: FocusEvent) => {
      if (!(relatedTarget instanceof Node && tile.contains(relatedTarget))) latest.current.presses.current?.clear();
    };
    tile.addEventListener('keydown', onKeyDown);
    tile.addEventListener('keyup', onKeyUp);
    tile.addEventListener('focusout', onFocusOut);
    return () => {
      tile.removeEventListener('keydown', onKeyDown);
      tile.removeEventListener('keyup', onKeyUp);
      tile.removeEventListener('focusout', onFocusOut);
    };
  }, [inside]);
}
