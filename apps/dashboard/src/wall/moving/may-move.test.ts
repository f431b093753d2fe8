// @vitest-environment node
import type { Camera, User } from '@marsad/contract';
import { expect, it } from 'vitest';
import { mayMove } from './may-move.ts';

const camera = (over: Partial<Camera> = {}) => ({ source: 'METRO', ptz_enabled: true, ...over }) as Camera;
const user = (...permissions: string[]) => ({ permissions }) as unknown as User;

it('is for who may move cameras of the agency, and for cameras that move', () => {
  expect(mayMove(camera(), user('camera:METRO:view', 'camera:METRO:ptz'))).toBe(true);
  expect(mayMove(camera(), user('admin:*'))).toBe(true);
  expect(mayMove(camera(), user('camera:METRO:view'))).toBe(false);
  expect(mayMove(camera(), user('camera:BUS:ptz'))).toBe(false);
  expect(mayMove(camera(), user('admin:*', '!camera:METRO:ptz'))).toBe(false);
  expect(mayMove(camera({ ptz_enabled: false }), user('admin:*'))).toBe(false);
  expect(mayMove(camera(), null)).toBe(false);
  expect(mayMove(undefined, user('admin:*'))).toBe(false);
});
