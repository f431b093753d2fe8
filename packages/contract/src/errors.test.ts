import { describe, expect, it } from 'vitest';
import { describeError, ErrorBody, errorCodes } from './errors.ts';

const names = (sentence: string) => new Set([...sentence.matchAll(/\{(\w+?)(?:_ar)?\}/g)].map(([, name]) => name));

describe('error sentences', () => {
  it.each(Object.entries(errorCodes))(
    '%s is said in both languages, with the same facts',
    (_code, { en, ar, status }) => {
      expect(en).toMatch(/^[A-Z]/);
      expect(ar).toMatch(/\p{Script=Arabic}/u);
      expect(names(ar)).toEqual(names(en));
      expect(status).toBeGreaterThanOrEqual(400);
    },
  );

  it('fills in facts and keeps them beside the sentences', () => {
    const body = describeError('AGENCY_LIMIT_EXCEEDED', { source: 'METRO', current: 30, limit: 30 });
    expect(ErrorBody.parse(body).error).toEqual({
      code: 'AGENCY_LIMIT_EXCEEDED',
      message_en: 'Agency limit reached for METRO (30/30)',
      message_ar: 'تم بلوغ حد الجهة METRO (30/30)',
      source: 'METRO',
      current: 30,
      limit: 30,
    });
  });

  it('shows that a fact is missing', () => {
    expect(describeError('SOURCE_FORBIDDEN').error.message_en).toBe('You may not view cameras of source');
  });
});
