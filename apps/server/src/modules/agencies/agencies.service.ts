import { type Agency, agencies } from '@marsad/contract';
import { type Caller, permittedSources } from '../../platform/auth/identity.ts';

/** The agencies whose cameras the caller may view. */
export function visibleAgencies(caller: Caller): Agency[] {
  return permittedSources(caller, 'camera', 'view').map((code) => {
    const { name, name_ar } = agencies[code];
    return { code, name, name_ar };
  });
}
