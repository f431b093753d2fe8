import { z } from 'zod';
import { note, seconds } from './kinds.ts';

export const signIn = {
  MARSAD_ACCESS_TOKEN_TTL: note(seconds(60, 86_400).default(900), {
    section: 'Sign-in',
    text: 'Life of an access token.',
    unit: 's',
  }),
  MARSAD_REFRESH_TOKEN_TTL: note(seconds(300, 7_776_000).default(604_800), {
    section: 'Sign-in',
    text: 'Life of a sign-in that is not used; every use renews it.',
    unit: 's',
  }),
  MARSAD_VIEWER_TOKEN_TTL: note(seconds(30, 86_400).default(600), {
    section: 'Sign-in',
    text: 'Life of the token with which a viewer joins a room; the edge renews it while the viewer watches.',
    unit: 's',
  }),
};

export const quota = {
  QUOTA_COUNTS: note(z.enum(['reservations', 'cameras'], 'must be reservations or cameras').default('reservations'), {
    section: 'Quota',
    text: 'What an agency’s limit counts: every reservation, or every camera once however many watch it.',
  }),
  MARSAD_RESERVATION_TTL: note(seconds(60, 86_400).default(3600), {
    section: 'Quota',
    text: 'How long a reservation lasts after its last heartbeat’s renewal, at most.',
    unit: 's',
  }),
  MARSAD_HEARTBEAT_TIMEOUT: note(seconds(5, 3600).default(45), {
    section: 'Quota',
    text: 'A reservation without a heartbeat for this long is over.',
    unit: 's',
  }),
};
