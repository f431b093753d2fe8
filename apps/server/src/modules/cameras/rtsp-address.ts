/** Stands for a password wherever an address is shown. */
const mask = '***';

const secretParameter = /^(password|passwd|passwort|pass|pwd|psw|token|auth|key|secret)$/i;

/** The address as it may be shown: passwords in the user part and in the query are replaced by {@link mask}. */
export function maskAddress(address: string): string {
  const url = new URL(address);
  if (url.password !== '') url.password = mask;
  url.search = maskQuery(url.search);
  return url.href;
}

/**
 * Puts the password back into an address that came with the mask: an administrator edited what was shown.
 * @param known the address as it is stored
 * @returns null when the mask stands for a password that was never there, or the address now leads to another host:
 *   a stored password is not sent anywhere else without being typed again
 */
export function unmaskAddress(address: string, known: string | null): string | null {
  const url = new URL(address);
  if (url.password !== mask && !hasMask(url.search)) return url.href;
  if (known === null) return null;
  const old = new URL(known);
  if (old.host !== url.host || old.protocol !== url.protocol) return null;
  if (url.password === mask) {
    if (old.password === '' || old.username !== url.username) return null;
    url.password = old.password;
  }
  const search = unmaskQuery(url.search, old.search);
  if (search === null) return null;
  url.search = search;
  return url.href;
}

// By hand and not with URLSearchParams, which would rewrite everything else: cameras are particular about their queries.
function maskQuery(search: string): string {
  return search.replace(/([?&])([^=&]+)=([^&]*)/g, (all, start: string, name: string) =>
    secretParameter.test(decode(name)) ? `${start}${name}=${mask}` : all,
  );
}

function hasMask(search: string): boolean {
  return [...search.matchAll(/[?&]([^=&]+)=([^&]*)/g)].some(
    ([, name = '', value]) => value === mask && secretParameter.test(decode(name)),
  );
}

function unmaskQuery(search: string, old: string): string | null {
  const values = new Map([...old.matchAll(/[?&]([^=&]+)=([^&]*)/g)].map(([, name = '', value = '']) => [name, value]));
  let lost = false;
  const text = search.replace(/([?&])([^=&]+)=([^&]*)/g, (all, start: string, name: string, value: string) => {
    if (value !== mask || !secretParameter.test(decode(name))) return all;
    const known = values.get(name);
    if (known === undefined) lost = true;
    return `${start}${name}=${known ?? ''}`;
  });
  return lost ? null : text;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
