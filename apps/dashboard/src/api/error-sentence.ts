import { ApiError } from '@marsad/contract';
import i18next from 'i18next';

/** The API's own sentence in the operator's language; ours when there was no answer or it is not the API's error. */
export function errorSentence(error: unknown): string {
  const arabic = i18next.language === 'ar';
  if (error instanceof ApiError) {
    if (error.code === 'NETWORK') return i18next.t('common:error.network');
    return arabic ? error.messageAr : error.messageEn;
  }
  return i18next.t('common:error.unexpected');
}
