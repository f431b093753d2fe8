import { useMemo } from 'react';
import { useSettings } from '../settings/settings-store.ts';
import { createFormat, type Format } from './format.ts';

/** Numbers and times as the operator has them. */
export function useFormat(): Format {
  const language = useSettings((s) => s.language);
  const digits = useSettings((s) => s.digits);
  return useMemo(() => createFormat(language, digits), [language, digits]);
}
