import { useRouter, useSearch } from '@tanstack/react-router';
import { ArrowBigUpDash, CircleAlert } from 'lucide-react';
import { type FormEvent, type KeyboardEvent, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { errorSentence } from '../api/error-sentence.ts';
import { Wordmark } from '../frame/wordmark.tsx';
import { Button } from '../ui/button.tsx';
import { Field, Input } from '../ui/field.tsx';
import { LanguageAndTheme } from './language-and-theme.tsx';
import { session } from './session.ts';
import { useSession } from './use-session.ts';

export function SignInPage() {
  const { t } = useTranslation();
  const state = useSession();
  const router = useRouter();
  const { back } = useSearch({ from: '/sign-in' });
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const [capsLock, setCapsLock] = useState(false);

  const signedIn = state.phase === 'signed-in';
  useEffect(() => {
    if (signedIn) router.history.replace(back ?? '/wall');
  }, [signedIn, router, back]);
  if (signedIn) return null;

  const watchCapsLock = (event: KeyboardEvent) => setCapsLock(event.getModifierState('CapsLock'));

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const password = event.currentTarget.elements.namedItem('password');
    setBusy(true);
    setError(null);
    try {
      await session.signIn(String(form.get('login')), String(form.get('password')));
    } catch (failure) {
      setError(failure);
      setBusy(false);
      if (password instanceof HTMLInputElement) password.select();
    }
  };

  return (
    <div className="flex h-full flex-col bg-canvas">
      <header className="flex justify-end p-4">
        <LanguageAndTheme />
      </header>
      <main className="flex flex-1 items-center justify-center px-6 pb-24">
        <div className="w-full max-w-88">
          <Wordmark size={34} />
          <h1 className="mt-8 text-20 font-semibold">{t('session:sign-in')}</h1>
          <p className="mt-1 text-13 text-text-2">
            {state.phase === 'signed-out' && state.expired ? t('session:expired') : t('session:purpose')}
          </p>
          <form
            onSubmit={submit}
            onKeyDown={watchCapsLock}
            onKeyUp={watchCapsLock}
            className="mt-6 flex flex-col gap-4"
          >
            <Field label={t('session:login')}>
              {(ids) => (
                <Input
                  {...ids}
                  name="login"
                  dir="ltr"
                  autoComplete="username"
                  autoCapitalize="none"
                  spellCheck={false}
                  required
                  autoFocus
                  className="h-10 text-start"
                />
              )}
            </Field>
            <Field
              label={t('session:password')}
              note={
                capsLock && (
                  <span className="inline-flex items-center gap-1 text-warning">
                    <ArrowBigUpDash size={14} aria-hidden="true" />
                    {t('session:caps-lock')}
                  </span>
                )
              }
            >
              {(ids) => (
                <Input
                  {...ids}
                  name="password"
                  type="password"
                  dir="ltr"
                  autoComplete="current-password"
                  required
                  className="h-10"
                />
              )}
            </Field>
            <div role="alert" className="min-h-6">
              {error !== null && (
                <p className="flex items-start gap-2 text-13 text-alarm">
                  <CircleAlert size={16} className="mt-0.5 shrink-0" aria-hidden="true" />
                  {errorSentence(error)}
                </p>
              )}
            </div>
            <Button type="submit" tone="primary" busy={busy} className="h-10">
              {busy ? t('session:signing-in') : t('session:sign-in')}
            </Button>
          </form>
        </div>
      </main>
    </div>
  );
}
