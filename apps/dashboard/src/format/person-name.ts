import type { Language } from '../settings/settings-store.ts';

interface Person {
  readonly user_name: string | null;
  readonly user_name_ar: string | null;
}

/** @param otherwise for somebody whose account is kept elsewhere */
export function personName({ user_name, user_name_ar }: Person, language: Language, otherwise: string): string {
  return (language === 'ar' ? user_name_ar : null) || user_name || otherwise;
}
