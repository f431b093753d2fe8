import { TwirpError } from 'livekit-server-sdk';

/** For what is to be gone: that it was gone already is no failure. */
export function ignoreMissing(error: unknown): undefined {
  if (error instanceof TwirpError && (error.code === 'not_found' || error.status === 404)) return;
  throw error;
}
