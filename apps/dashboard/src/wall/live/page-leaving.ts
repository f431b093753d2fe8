import { session } from '../../session/session.ts';

export interface PageLeavingOptions {
  /** Ids of the reservations that are held. */
  readonly held: () => Iterable<string>;
  /** Back from the browser's page cache: everything was released when the page was hidden. */
  readonly onReturn: () => void;
}

/** Releases everything when the tab is closed. Answers how to stop watching for it. */
export function releaseOnLeaving({ held, onReturn }: PageLeavingOptions): () => void {
  // `fetch` with keepalive outlives the page; the promise does not, and nobody waits for it.
  const onPageHide = () => {
    const token = session.currentToken;
    if (!token) return;
    for (const id of held()) {
      void fetch(`/api/v1/stream/release/${encodeURIComponent(id)}`, {
        method: 'DELETE',
        keepalive: true,
        headers: { Authorization: `Bearer ${token}` },
      }).catch(() => {});
    }
  };
  const onPageShow = ({ persisted }: PageTransitionEvent) => {
    if (persisted) onReturn();
  };
  addEventListener('pagehide', onPageHide);
  addEventListener('pageshow', onPageShow);
  return () => {
    removeEventListener('pagehide', onPageHide);
    removeEventListener('pageshow', onPageShow);
  };
}
