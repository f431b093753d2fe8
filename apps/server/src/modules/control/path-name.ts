import { type Camera, CameraPath, type Source } from '@marsad/contract';
import { ValidationError } from '../../platform/http/validation.ts';

const prefixes: readonly (readonly [string, Source])[] = [
  ['dubai_police_', 'DUBAI_POLICE'],
  ['metro_', 'METRO'],
  ['bus_', 'BUS'],
];

const idName = /^camera_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

/** The name under which a camera is a path: its own, or one made of its id. Both can be read from and published to. */
export function pathNameOf({ id, path }: Pick<Camera, 'id' | 'path'>): string {
  return path ?? `camera_${id}`;
}

/** Who a camera belongs to of which nothing but the name is known. */
export function sourceOfName(name: string): Source {
  return prefixes.find(([prefix]) => name.startsWith(prefix))?.[1] ?? 'OTHER';
}

/** What a new camera of this name is to have. @throws ValidationError for what cannot be a name */
export function identityOfName(name: string): { id: string; path: null } | { id?: never; path: string } {
  const [, id] = idName.exec(name) ?? [];
  if (id !== undefined) return { id, path: null };
  const path = CameraPath.safeParse(name);
  if (path.success) return { path: path.data };
  throw ValidationError.at(
    'name',
    'must be letters, digits and _ - . ~ in parts divided by /, and no id',
    'يجب أن يتكوّن من حروف لاتينية وأرقام و ‎_ - . ~‎ في أجزاء تفصلها ‎/‎، وألا يكون معرّفًا',
  );
}
