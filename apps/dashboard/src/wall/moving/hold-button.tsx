import type { PointerEvent, ReactNode, RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import { Hint } from '../../ui/hint.tsx';
import type { HeldCommand, Order } from './hold.ts';
import type { Presses } from './presses.ts';

interface Props {
  command: HeldCommand;
  keys: string;
  side: 'top' | 'bottom';
  icon: ReactNode;
  held: boolean;
  presses: RefObject<Presses | null>;
  once: (order: Order) => void;
}

/** How long a camera moves when the button cannot be held: pressed by a screen reader, in ms. */
const nudgeMs = 400;

/** Moves for as long as it is held. Enter and Space hold it too: `useMovingKeys`. */
export function HoldButton({ command, keys, side, icon, held, presses, once }: Props) {
  const { t } = useTranslation();
  const source = `button ${command}`;
  const begin = (event: PointerEvent<HTMLButtonElement>) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    presses.current?.press(source, { command, speed: null });
  };
  const end = () => presses.current?.release(source);
  const label = t(`wall:moving.command.${command}`);
  return (
    <Hint label={label} keys={keys} side={side} passing>
      <button
        type="button"
        aria-label={label}
        data-hold={command}
        data-held={held ? '' : undefined}
        onPointerDown={begin}
        onPointerUp={end}
        onPointerCancel={end}
        onLostPointerCapture={end}
        onClick={({ detail }) => detail === 0 && once({ command, duration_ms: nudgeMs })}
        onContextMenu={(event) => event.preventDefault()}
      >
        {icon}
      </button>
    </Hint>
  );
}
