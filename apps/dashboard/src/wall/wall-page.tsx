import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { CameraPanel } from '../cameras/panel/camera-panel.tsx';
import { PanelResizer } from '../cameras/panel/panel-resizer.tsx';
import { useFrame } from '../frame/frame-store.ts';
import { useUser } from '../session/use-session.ts';
import { useSettings } from '../settings/settings-store.ts';
import { showToast } from '../ui/toast-store.ts';
import { enterWall, leaveWall } from './live/live.ts';
import { useMoving } from './moving/moving-store.ts';
import { WallBar } from './wall-bar.tsx';
import { WallGrid } from './wall-grid.tsx';
import { rememberWall, wallOfLink } from './wall-memory.ts';
import { useWall } from './wall-store.ts';

export function WallPage() {
  const { t } = useTranslation();
  const user = useUser();
  const search = useSearch({ from: '/inside/wall' });
  const navigate = useNavigate();
  const onlyWall = useFrame((s) => s.onlyWall);
  const { panelOpen, panelWidth } = useSettings();

  useEffect(() => rememberWall(user.id), [user.id]);

  // A link's wall takes the place of the one that was there, which can be had back.
  useEffect(() => {
    const linked = wallOfLink(search);
    if (!linked) return;
    useWall.getState().load(linked);
    showToast(t('wall:from-link'), { action: { label: t('wall:back-to-mine'), run: useWall.getState().undo } });
    void navigate({ to: '/wall', search: {}, replace: true });
  }, [search, navigate, t]);

  useEffect(() => {
    enterWall();
    return () => {
      useMoving.getState().end();
      leaveWall();
    };
  }, []);

  return (
    <>
      {panelOpen && !onlyWall && (
        <>
          <CameraPanel width={panelWidth} />
          <PanelResizer />
        </>
      )}
      <section aria-label={t('common:wall')} className="flex min-w-0 flex-1 flex-col bg-canvas">
        <h1 className="sr-only">{t('common:wall')}</h1>
        {!onlyWall && <WallBar />}
        <WallGrid />
      </section>
    </>
  );
}
