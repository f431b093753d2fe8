import { useRouter } from '@tanstack/react-router';
import { Fragment, type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Wordmark } from '../frame/wordmark.tsx';
import { useSession } from './use-session.ts';

/** Shows what is inside to whoever is signed in; everyone else goes to the sign-in and comes back here. */
export function Gate({ children }: { children: ReactNode }) {
  const state = useSession();
  if (state.phase === 'signed-in') return <Fragment key={state.user.id}>{children}</Fragment>;
  if (state.phase === 'starting') return <Starting />;
  return <ToSignIn />;
}

function ToSignIn() {
  const router = useRouter();
  useEffect(() => {
    // Read once: on the way the location already is that of the sign-in.
    const back = router.state.location.href;
    void router.navigate({ to: '/sign-in', search: back === '/wall' ? {} : { back }, replace: true });
  }, [router]);
  return null;
}

function Starting() {
  const { t } = useTranslation();
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), 1500);
    return () => clearTimeout(timer);
  }, []);
  return (
    <main className="grid h-full place-content-center justify-items-center gap-4">
      <Wordmark />
      <p role="status" className="h-6 text-13 text-text-2">
        {slow && t('session:waiting-for-server')}
      </p>
    </main>
  );
}
