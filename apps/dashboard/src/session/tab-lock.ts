/**
 * One tab at a time. The refresh token changes with every use, and using one twice ends the session: two tabs must
 * not renew at once. Web Locks exist only on HTTPS and localhost, and control rooms also run on plain HTTP, so there
 * a lease in localStorage does it.
 */
export async function withTabLock<T>(name: string, work: () => Promise<T>): Promise<T> {
  if (navigator.locks) return await navigator.locks.request(name, work);
  const key = `marsad.lock.${name}`;
  const me = `${Math.random()}`;
  const lease = 5000;
  for (;;) {
    const held = JSON.parse(localStorage.getItem(key) ?? 'null') as { holder: string; until: number } | null;
    if (!held || held.until < Date.now()) {
      localStorage.setItem(key, JSON.stringify({ holder: me, until: Date.now() + lease }));
      // Another tab may have written at the same moment: the last writer holds it.
      await new Promise((resolve) => setTimeout(resolve, 30));
      const now = JSON.parse(localStorage.getItem(key) ?? 'null') as { holder: string } | null;
      if (now?.holder === me) break;
    }
    await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 50));
  }
  try {
    return await work();
  } finally {
    localStorage.removeItem(key);
  }
}
