import { type RefObject, useEffect, useRef, useState } from 'react';
import { api } from '../../api/client.ts';
import { type HeldCommand, Hold, type Order, pageClock } from './hold.ts';
import { speeds, useMoving } from './moving-store.ts';
import { Presses } from './presses.ts';

export interface Movement {
  /** Null before the first and after the last moment on the screen. */
  readonly presses: RefObject<Presses | null>;
  readonly once: (order: Order) => void;
  readonly held: HeldCommand | null;
  /** Why the camera did not do what it was last told; null when it did. */
  readonly failure: unknown;
}

const chosenSpeed = () => speeds[useMoving.getState().speed];

/** Moves one camera for as long as this is on the screen; stops it when the operator can no longer be seen to hold it. */
export function useMovement(camera: string): Movement {
  const hold = useRef<Hold | null>(null);
  const presses = useRef<Presses | null>(null);
  const [held, setHeld] = useState<HeldCommand | null>(null);
  const [failure, setFailure] = useState<unknown>(null);

  useEffect(() => {
    const holding = new Hold({
      send: (body) => api.ptz.command({ params: { id: camera }, body, keepalive: body.command === 'stop' }),
      clock: pageClock,
      onFailure: setFailure,
    });
    const pressing = new Presses({
      hold: holding,
      chosen: chosenSpeed,
      onChange: setHeld,
      // A new attempt has nothing to do with why the last one failed.
      onPress: () => setFailure(null),
    });
    hold.current = holding;
    presses.current = pressing;
    const letGo = () => pressing.clear();
    const onVisibility = () => document.visibilityState === 'hidden' && letGo();
    addEventListener('blur', letGo);
    addEventListener('pagehide', letGo);
    document.addEventListener('visibilitychange', onVisibility);
    const unsubscribe = useMoving.subscribe(({ speed }, before) => speed !== before.speed && pressing.speedChanged());
    return () => {
      unsubscribe();
      removeEventListener('blur', letGo);
      removeEventListener('pagehide', letGo);
      document.removeEventListener('visibilitychange', onVisibility);
      holding.close();
      hold.current = null;
      presses.current = null;
    };
  }, [camera]);

  const once = (order: Order) => {
    setFailure(null);
    hold.current?.once({ speed: chosenSpeed(), ...order });
  };
  return { presses, once, held, failure };
}
