import type { User } from '@marsad/contract';
import { useSyncExternalStore } from 'react';
import { type SessionState, session } from './session.ts';

export function useSession(): SessionState {
  return useSyncExternalStore(session.subscribe, session.snapshot);
}

/** For pages behind the sign-in, where there always is one. */
export function useUser(): User {
  const state = useSession();
  if (state.phase !== 'signed-in') throw new Error('no user outside a session');
  return state.user;
}
