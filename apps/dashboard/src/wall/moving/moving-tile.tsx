import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import { MovingPanel } from './moving-panel.tsx';
import { speedNames, useMoving } from './moving-store.ts';
import { MovingWords } from './moving-words.tsx';
import { knownPreset } from './presets.tsx';
import { PullSurface } from './pull-surface.tsx';
import { useMovement } from './use-movement.ts';
import { useMovingKeys } from './use-moving-keys.ts';

const saidFor = 3000;

/** Over the picture of the one camera that is being moved; on no other tile is there anything of it. */
export function MovingTile({ camera, name }: { camera: string; name: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const box = useRef<HTMLDivElement>(null);
  const { presses, once, held, failure } = useMovement(camera);
  const [presetsOpen, setPresetsOpen] = useState(false);
  const [said, setSaid] = useState('');

  useEffect(() => {
    if (said === '') return;
    const timer = setTimeout(() => setSaid(''), saidFor);
    return () => clearTimeout(timer);
  }, [said]);

  useEffect(() => {
    // For what floats, to keep out of the way of the controls.
    document.documentElement.dataset['moving'] = '';
    return () => {
      delete document.documentElement.dataset['moving'];
    };
  }, []);

  const home = () => {
    once({ command: 'home' });
    setSaid(t('wall:moving.to-home'));
  };
  const turnTo = (number: number) => {
    once({ command: 'preset', preset_id: number });
    const known = knownPreset(camera, number);
    setSaid(
      known
        ? t('wall:moving.to-preset-name', { name: known.name })
        : t('wall:moving.to-preset', { number: format.number(number) }),
    );
  };
  const nextSpeed = () => {
    const { speed, setSpeed } = useMoving.getState();
    const next = speedNames[(speedNames.indexOf(speed) + 1) % speedNames.length] ?? speed;
    setSpeed(next);
    setSaid(t('wall:moving.speed-is', { speed: t(`wall:moving.speed-of.${next}`) }));
  };
  const end = () => {
    const tile = box.current?.closest<HTMLElement>('.tile');
    // Its buttons go, and the focus must not go with them.
    if (tile?.contains(document.activeElement)) tile.focus();
    useMoving.getState().end();
  };
  useMovingKeys(box, {
    presses,
    onHome: home,
    onPreset: turnTo,
    onPresets: () => setPresetsOpen(true),
    onSpeed: nextSpeed,
    onEnd: end,
  });

  return (
    <>
      <PullSurface presses={presses} />
      {/* biome-ignore lint/a11y/useSemanticElements: a group of buttons, not of fields */}
      <div
        ref={box}
        role="group"
        aria-label={t('wall:moving.label', { name })}
        className="moving"
        onDoubleClick={(event) => event.stopPropagation()}
      >
        <MovingWords failure={failure} said={held === null ? said : ''} />
        <MovingPanel
          camera={camera}
          presses={presses}
          held={failure === null ? held : null}
          once={once}
          presetsOpen={presetsOpen}
          onPresetsOpen={setPresetsOpen}
          onPresetsClosed={() => {
            // On the tile the keys go on; on the button its hint would lie over the pad.
            if (document.activeElement === document.body) box.current?.closest<HTMLElement>('.tile')?.focus();
          }}
          onHome={home}
          onPreset={turnTo}
          onNextSpeed={nextSpeed}
          onEnd={end}
        />
      </div>
    </>
  );
}
