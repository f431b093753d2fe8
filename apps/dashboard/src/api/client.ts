import { createClient } from '@marsad/contract';
import { session } from '../session/session.ts';

/** The typed client of the whole API, as the signed-in user. A token that has run out is renewed and the call repeated. */
export const api = createClient({ baseUrl: '', token: () => session.token(), fetch: session.fetch });
