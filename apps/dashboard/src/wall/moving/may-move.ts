import { allows, type Camera, type User } from '@marsad/contract';

/** Whether the camera can be moved, and by this user. */
export function mayMove(camera: Camera | undefined, user: User | null): camera is Camera {
  return camera?.ptz_enabled === true && isAllowed(camera, user);
}

export function isAllowed({ source }: Camera, user: User | null): boolean {
  return allows(user?.permissions ?? [], 'camera', source, 'ptz');
}
