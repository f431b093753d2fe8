import {
  Bookmark,
  ChevronDown,
  ChevronLeft,
  ChevronRight,
  ChevronUp,
  House,
  type LucideIcon,
  SignalHigh,
  SignalLow,
  SignalMedium,
  X,
  ZoomIn,
  ZoomOut,
} from 'lucide-react';
import { Popover } from 'radix-ui';
import type { ReactNode, RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import { Hint } from '../../ui/hint.tsx';
import type { HeldCommand, Order } from './hold.ts';
import { HoldButton } from './hold-button.tsx';
import { type Speed, speedNames, useMoving } from './moving-store.ts';
import { Presets } from './presets.tsx';
import type { Presses } from './presses.ts';

interface Props {
  camera: string;
  presses: RefObject<Presses | null>;
  held: HeldCommand | null;
  once: (order: Order) => void;
  presetsOpen: boolean;
  onPresetsOpen: (open: boolean) => void;
  onPresetsClosed: () => void;
  onHome: () => void;
  onPreset: (number: number) => void;
  onNextSpeed: () => void;
  onEnd: () => void;
}

type Side = 'top' | 'bottom';

const speedShapes: Record<Speed, LucideIcon> = { slow: SignalLow, normal: SignalMedium, fast: SignalHigh };

/** Directions, zoom, presets, speed. The directions are those of the picture: they lie the same way in Arabic. */
export function MovingPanel({
  camera,
  presses,
  held,
  once,
  presetsOpen,
  onPresetsOpen,
  onPresetsClosed,
  onHome,
  onPreset,
  onNextSpeed,
  onEnd,
}: Props) {
  const { t } = useTranslation();
  const speed = useMoving((s) => s.speed);
  const setSpeed = useMoving((s) => s.setSpeed);
  const SpeedShape = speedShapes[speed];
  const hold = (command: HeldCommand, keys: string, icon: ReactNode, side: Side) => (
    <HoldButton
      command={command}
      keys={keys}
      side={side}
      icon={icon}
      held={held === command}
      presses={presses}
      once={once}
    />
  );
  const button = (label: string, keys: string, icon: ReactNode, side: Side, run: () => void, className?: string) => (
    <Hint label={label} keys={keys} side={side} passing>
      <button type="button" aria-label={label} onClick={run} className={className}>
        {icon}
      </button>
    </Hint>
  );
  return (
    <Popover.Root open={presetsOpen} onOpenChange={onPresetsOpen}>
      {/* The list opens above all of it: the pad stays in sight. */}
      <Popover.Anchor className="moving-panel">
        <div className="flex gap-2">
          <div dir="ltr" className="moving-pad">
            {hold('tilt_up', '↑', <ChevronUp size={20} />, 'top')}
            {hold('pan_left', '←', <ChevronLeft size={20} />, 'bottom')}
            {button(t('wall:moving.home'), 'Home', <House size={16} />, 'bottom', onHome)}
            {hold('pan_right', '→', <ChevronRight size={20} />, 'bottom')}
            {hold('tilt_down', '↓', <ChevronDown size={20} />, 'bottom')}
          </div>
          <div className="moving-column">
            {hold('zoom_in', 'Plus', <ZoomIn size={18} />, 'top')}
            {hold('zoom_out', 'Minus', <ZoomOut size={18} />, 'bottom')}
          </div>
          <div className="moving-column">
            {button(t('wall:moving.end'), 'Escape', <X size={18} />, 'top', onEnd)}
            <Hint label={t('wall:moving.presets')} keys="G" side="bottom" passing>
              <Popover.Trigger asChild>
                <button type="button" aria-label={t('wall:moving.presets')}>
                  <Bookmark size={18} />
                </button>
              </Popover.Trigger>
            </Hint>
            {button(
              t('wall:moving.speed-is', { speed: t(`wall:moving.speed-of.${speed}`) }),
              'V',
              <SpeedShape size={18} />,
              'bottom',
              onNextSpeed,
              'moving-next-speed',
            )}
          </div>
        </div>
        {/* biome-ignore lint/a11y/useSemanticElements: a group of buttons, not of fields */}
        <div role="group" aria-label={t('wall:moving.speed')} className="moving-speeds">
          {speedNames.map((name) => (
            <button key={name} type="button" aria-pressed={speed === name} onClick={() => setSpeed(name)}>
              {t(`wall:moving.speed-of.${name}`)}
            </button>
          ))}
        </div>
      </Popover.Anchor>
      <Presets
        camera={camera}
        onClosed={onPresetsClosed}
        onPick={(number) => {
          onPresetsOpen(false);
          onPreset(number);
        }}
      />
    </Popover.Root>
  );
}
