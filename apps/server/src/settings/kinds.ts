import { z } from 'zod';

/**
 * What one setting is for. `section` groups it on the printed page; `unit` says what a bare number means;
 * `fallback` is shown in place of a default that is worked out at run time; `secret` keeps the value out of print.
 */
export interface SettingNotes {
  section: 'Folders' | 'HTTP' | 'Edge' | 'Media nodes' | 'Connections' | 'Sign-in' | 'Quota' | 'Demonstration' | 'Logs';
  text: string;
  unit?: string;
  fallback?: string;
  secret?: true;
}

export const port = z.coerce
  .number('must be a port number')
  .int('must be a port number')
  .min(1, 'must be a port number')
  .max(65_535, 'must be a port number, at most 65535');
export const seconds = (least: number, most: number) =>
  z.coerce.number('must be a number of seconds').int('must be a whole number').min(least).max(most);
export const requestsPerMinute = z.coerce
  .number('must be a number')
  .int('must be a whole number')
  .min(0)
  .max(10_000_000);
export const text = z.string().min(1);
export const list = z.string().transform((value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);
export const url = (...protocols: string[]) =>
  z.string().refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol), {
    error: `must be a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
  });
const valkeyNode = url('valkey:', 'valkeys:', 'redis:', 'rediss:', 'unix:');
export const valkeyNodes = z.string().superRefine((value, context) => {
  const [first = '', ...others] = value.split(',').map((part) => part.trim());
  const scheme = /^[a-z]+:\/\//.exec(first)?.[0] ?? '';
  const whole = [first, ...others.map((part) => (part.includes('://') ? part : scheme + part))];
  const wrong = whole.map((part) => valkeyNode.safeParse(part)).find((parsed) => !parsed.success);
  if (wrong) context.addIssue({ code: 'custom', message: wrong.error.issues[0]?.message ?? 'is not valid' });
  else if (others.length > 0 && scheme === 'unix://')
    context.addIssue({ code: 'custom', message: 'nodes of a cluster are reached over TCP, not over sockets' });
});
export const origins = list.refine((values) => values.every((value) => value === '*' || isOrigin(value)), {
  error: 'must be * or origins such as https://wall.example, separated by commas',
});
export const addressRange = /^(\d{1,3}(\.\d{1,3}){3}|[0-9a-fA-F:]+)(\/\d{1,3})?$/;
export const rpcAddress = /^(unix:\/.+|tls:\/\/(\[[^\]]+\]|[^:/]+):\d+)$/;
export const roleSet = /^(ingest|edge|ingest\+edge|edge\+ingest)$/;

export const note = <T extends z.ZodType>(schema: T, notes: SettingNotes): T => schema.meta({ ...notes }) as T;

function isOrigin(value: string): boolean {
  return URL.canParse(value) && new URL(value).origin === value;
}
