import { ApiError, describeError, type ErrorCode, errorCodes } from '@marsad/contract';
import { describe, expect, it } from 'vitest';
import { refusedCondition, reportedCondition, retryDelay } from './condition.ts';

const apiError = (code: ErrorCode, facts = {}) =>
  new ApiError(errorCodes[code].status, code, describeError(code, facts).error, 'r');

describe('what a tile says', () => {
  it('is live only when a picture of this spell has been shown', () => {
    expect(reportedCondition({ state: 'live' }, true, 5)).toEqual({ kind: 'live' });
    expect(reportedCondition({ state: 'live' }, false, 5)).toEqual({ kind: 'connecting', step: 'waiting' });
  });

  it('dates a frozen picture by the picture, not by the report', () => {
    expect(reportedCondition({ state: 'frozen', since: '3000', last_picture_at: '1000' }, true, 5000)).toEqual({
      kind: 'frozen',
      since: 1000,
    });
  });

  it('keeps the reason it knows and drops one it does not', () => {
    const offline = { state: 'offline', reason: 'TIMEOUT', detail: '', since: '1000', last_picture_at: '' };
    expect(reportedCondition(offline, true, 5)).toEqual({
      kind: 'offline',
      reason: 'TIMEOUT',
      detail: '',
      since: 1000,
      lastPictureAt: null,
    });
    expect(reportedCondition({ ...offline, reason: 'NEW_THING' }, true, 5)).toMatchObject({ reason: null });
  });

  it('lets pictures speak where there are no attributes', () => {
    expect(reportedCondition({}, true, 5)).toEqual({ kind: 'live' });
    expect(reportedCondition({}, false, 5)).toEqual({ kind: 'connecting', step: 'opening' });
  });

  it('gives the numbers of a refusal', () => {
    const error = apiError('AGENCY_LIMIT_EXCEEDED', { source: 'BUS', current: 20, limit: 20 });
    expect(refusedCondition(error, 9)).toEqual({ kind: 'refused', source: 'BUS', current: 20, limit: 20 });
    expect(refusedCondition(apiError('SOURCE_FORBIDDEN'), null)).toMatchObject({ kind: 'failed' });
  });

  it('says of a camera that was refused as offline why and since when it is away, not when it was asked for', () => {
    const facts = {
      camera_name: 'Gate',
      reason: 'TIMEOUT',
      detail: 'no answer',
      since: '2026-03-01T10:00:05.000Z',
      last_picture_at: '2026-03-01T10:00:00.000Z',
    };
    const away = { kind: 'offline', reason: 'TIMEOUT', detail: 'no answer' };
    const since = Date.UTC(2026, 2, 1, 10, 0, 5);
    const refused = (over: object) => refusedCondition(apiError('CAMERA_OFFLINE', { ...facts, ...over }), 9);
    expect(refused({})).toEqual({ ...away, since, lastPictureAt: since - 5000 });
    expect(refused({ last_picture_at: null })).toEqual({ ...away, since, lastPictureAt: null });
    expect(refused({ reason: 'NEW_THING' })).toMatchObject({ reason: null, since });
    expect(refusedCondition(apiError('CAMERA_OFFLINE'), 9)).toEqual({
      ...{ kind: 'offline', reason: null, detail: '' },
      ...{ since: null, lastPictureAt: null },
    });
  });

  it('says when it will be tried again where that is what helps', () => {
    const busy = apiError('RATE_LIMIT_EXCEEDED', { retry_after: 3 });
    expect(refusedCondition(busy, 3005)).toMatchObject({ kind: 'delayed', until: 3005 });
    expect(refusedCondition(apiError('SERVICE_UNAVAILABLE'), 505)).toMatchObject({ kind: 'delayed', until: 505 });
  });

  it('asks again when that can help', () => {
    expect(retryDelay(apiError('SOURCE_FORBIDDEN'), 0)).toBeNull();
    expect(retryDelay(apiError('CAMERA_NOT_FOUND'), 0)).toBeNull();
    expect(retryDelay(apiError('AGENCY_LIMIT_EXCEEDED'), 0)).toBe(30_000);
    expect(retryDelay(apiError('RATE_LIMIT_EXCEEDED', { retry_after: 3 }), 0)).toBe(3000);
    expect(retryDelay(apiError('SERVICE_UNAVAILABLE'), 0)).toBe(500);
    expect(retryDelay(new Error('x'), 9)).toBe(10_000);
  });
});
