import { useEffect, useRef, useState } from 'react';
import { geometryOf } from '../../wall/layout.ts';
import { useWall } from '../../wall/wall-store.ts';

const waitForSecondDigit = 700;

/**
 * A tile by its number. One digit is enough where no number on the wall begins with it and goes on; otherwise a
 * second one is waited for.
 */
export function useTilePick(onPick: (tile: number) => void) {
  const [typed, setTyped] = useState<number | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  const digit = (value: number) => {
    clearTimeout(timer.current);
    const places = geometryOf(useWall.getState().layout).cells.length;
    const number = (typed ?? 0) * 10 + value;
    if (number < 1 || number > places) return setTyped(null);
    const take = () => {
      setTyped(null);
      onPick(number - 1);
    };
    if (number * 10 > places) return take();
    setTyped(number);
    timer.current = setTimeout(take, waitForSecondDigit);
  };

  return { typed, digit };
}
