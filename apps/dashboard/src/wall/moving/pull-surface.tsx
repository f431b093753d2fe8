import { type PointerEvent, type RefObject, useState } from 'react';
import type { HeldCommand } from './hold.ts';
import type { Presses } from './presses.ts';
import { moveOfPull, restRadius } from './pull.ts';

interface Pull {
  readonly pointer: number;
  /** Where it began, px in the surface. */
  readonly x: number;
  readonly y: number;
  readonly farthest: number;
  readonly command: HeldCommand | undefined;
  /** As far as it counts, along the direction it means, px from where it began. */
  readonly endX: number;
  readonly endY: number;
}

const source = 'pull';

/** The picture as a joystick: pulled from where the pointer goes down, the camera follows until it is let go. */
export function PullSurface({ presses }: { presses: RefObject<Presses | null> }) {
  const [pull, setPull] = useState<Pull | null>(null);

  const begin = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0 || !event.isPrimary) return;
    const surface = event.currentTarget;
    const { left, top, width, height } = surface.getBoundingClientRect();
    surface.setPointerCapture(event.pointerId);
    surface.closest<HTMLElement>('.tile')?.focus();
    setPull({
      pointer: event.pointerId,
      x: event.clientX - left,
      y: event.clientY - top,
      farthest: Math.min(140, Math.min(width, height) * 0.4),
      command: undefined,
      endX: 0,
      endY: 0,
    });
  };

  const follow = (event: PointerEvent<HTMLDivElement>) => {
    if (pull?.pointer !== event.pointerId) return;
    const { left, top } = event.currentTarget.getBoundingClientRect();
    const x = event.clientX - left - pull.x;
    const y = event.clientY - top - pull.y;
    const move = moveOfPull(x, y, pull.farthest, pull.command);
    if (move === null) presses.current?.release(source);
    else if (presses.current?.has(source)) presses.current.steer(source, move);
    else presses.current?.press(source, move);
    const within = (far: number) => Math.max(-pull.farthest, Math.min(pull.farthest, far));
    const across = move?.command === 'pan_left' || move?.command === 'pan_right';
    setPull({
      ...pull,
      command: move?.command,
      endX: move && across ? within(x) : 0,
      endY: move && !across ? within(y) : 0,
    });
  };

  const end = () => {
    presses.current?.release(source);
    setPull(null);
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: for the pointer alone; the arrow keys do the same
    <div
      data-pull={pull?.command ?? ''}
      className="moving-surface"
      onPointerDown={begin}
      onPointerMove={follow}
      onPointerUp={end}
      onPointerCancel={end}
      onLostPointerCapture={end}
      // The pull is not a drag of the tile, and no selection of text.
      onMouseDown={(event) => event.preventDefault()}
      onContextMenu={(event) => event.preventDefault()}
    >
      {pull && <Vector pull={pull} />}
    </div>
  );
}

/** From where the pull began to where it counts, with a head that says the direction. */
function Vector({ pull: { x, y, endX, endY, farthest, command } }: { pull: Pull }) {
  const angle = (Math.atan2(endY, endX) * 180) / Math.PI;
  return (
    <svg aria-hidden="true" className="moving-vector" data-moves={command ? '' : undefined}>
      <g transform={`translate(${x} ${y})`}>
        <circle r={farthest} className="moving-reach" />
        <circle r={restRadius} />
        {command && (
          <>
            <line x2={endX} y2={endY} />
            <path d="M-8 -7 L6 0 L-8 7 Z" transform={`translate(${endX} ${endY}) rotate(${angle})`} />
          </>
        )}
      </g>
    </svg>
  );
}
