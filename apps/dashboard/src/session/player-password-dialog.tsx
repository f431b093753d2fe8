import type { PlayerPassword } from '@marsad/contract';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../api/client.ts';
import { queryClient } from '../cameras/cameras-query.ts';
import { useFormat } from '../format/use-format.ts';
import { useFrame } from '../frame/frame-store.ts';
import { Button } from '../ui/button.tsx';
import { CopyField } from '../ui/copy-field.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Failure } from '../ui/failure.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { showToast } from '../ui/toast-store.ts';

const key = ['player-password'];

/** One’s own password for players: made, shown once, removed. */
export function PlayerPasswordDialog() {
  const { t } = useTranslation();
  const format = useFormat();
  const { open, setOpen } = useFrame();
  const isOpen = open === 'player-password';
  const [made, setMade] = useState<PlayerPassword | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const { data, error: unread } = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => api.auth.playerPassword({ signal }),
    enabled: isOpen,
  });

  useEffect(() => {
    if (isOpen) return;
    setMade(null);
    setError(null);
  }, [isOpen]);

  const change = async (doing: () => Promise<void>) => {
    setBusy(true);
    setError(null);
    try {
      await doing();
      await queryClient.invalidateQueries({ queryKey: key });
    } catch (failure) {
      setError(failure);
    }
    setBusy(false);
  };
  const make = () => change(async () => setMade(await api.auth.makePlayerPassword()));
  const remove = () =>
    change(async () => {
      await api.auth.removePlayerPassword();
      setMade(null);
      showToast(t('session:players-removed'));
    });

  const since = data?.created_at ?? null;
  return (
    <Dialog
      open={isOpen}
      onOpenChange={(stays) => !stays && setOpen(null)}
      title={t('session:players')}
      description={t('session:players-purpose')}
      footer={
        <>
          {since !== null && (
            <Button tone="alarm" className="me-auto" disabled={busy} onClick={() => void remove()}>
              {t('session:players-remove')}
            </Button>
          )}
          <Button tone={since === null ? 'primary' : 'plain'} busy={busy} disabled={!data} onClick={() => void make()}>
            {t(since === null ? 'session:players-make' : 'session:players-make-another')}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4 text-13" aria-live="polite">
        {made ? (
          <>
            <p className="font-medium">{t('session:players-once')}</p>
            <CopyField label={t('session:login')} value={made.login} />
            <CopyField label={t('session:password')} value={made.password} />
          </>
        ) : data ? (
          <p className="text-text-2">
            {since === null
              ? t('session:players-none')
              : `${t('session:players-since', { time: format.since(Date.parse(since)) })} ${t('session:players-another-means')}`}
          </p>
        ) : (
          unread === null && <Skeleton className="h-4 w-full" />
        )}
        <Failure error={error ?? unread} />
      </div>
    </Dialog>
  );
}
