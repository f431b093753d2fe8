import type { ErrorFacts } from '@marsad/contract';
import { z } from 'zod';

const en = z.locales.en().localeError;
const ar = z.locales.ar().localeError;

/** A request that does not match its schema. `facts` name the first field that is wrong and say why, in both languages. */
export class ValidationError extends Error {
  override readonly name = 'ValidationError';
  readonly facts: ErrorFacts;

  constructor(facts: ErrorFacts) {
    super(String(facts.detail));
    this.facts = facts;
  }

  static at(field: string, english: string, arabic: string): ValidationError {
    return new ValidationError({ field, detail: `${field}: ${english}`, detail_ar: `${field}: ${arabic}` });
  }
}

/** @throws ValidationError */
export function validate<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const field = unstorableField(value, []);
  if (field !== null) {
    throw ValidationError.at(field, 'contains characters that are not text', 'يحتوي على محارف ليست نصًا');
  }
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  if (issue === undefined) throw new ValidationError({ detail: 'it cannot be read', detail_ar: 'تعذّرت قراءته' });
  const path = issue.path.map(String).join('.') || 'body';
  throw ValidationError.at(path, sentence(issue, en), arabic(issue));
}

function sentence(issue: z.core.$ZodIssue, language: z.core.$ZodErrorMap): string {
  // A schema's own sentence says more than the general one.
  if (issue.code === 'custom') return issue.message;
  const said = language(issue as z.core.$ZodRawIssue);
  return typeof said === 'string' ? said : (said?.message ?? issue.message);
}

function arabic(issue: z.core.$ZodIssue): string {
  const own = issue.code === 'custom' ? issue.params?.ar : undefined;
  return typeof own === 'string' ? own : sentence(issue, ar);
}

/**
 * The first field holding what Postgres cannot store: a NUL (invalid in `text` and `jsonb`) or half a surrogate pair.
 * Keys count too. Without this such a request would be an error 500.
 */
function unstorableField(value: unknown, path: readonly string[]): string | null {
  if (typeof value === 'string') {
    return value.includes('\0') || !value.isWellFormed() ? path.join('.') || 'body' : null;
  }
  if (typeof value !== 'object' || value === null) return null;
  if (path.length > 32) return path.slice(0, 3).join('.');
  for (const [key, child] of Object.entries(value)) {
    if (key.includes('\0') || !key.isWellFormed()) return path.join('.') || 'body';
    const field = unstorableField(child, [...path, key]);
    if (field !== null) return field;
  }
  return null;
}
