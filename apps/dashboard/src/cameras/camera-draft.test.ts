// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { checkChange, checkNew, draftOf } from './camera-draft.ts';

const good = { ...draftOf(null, 'METRO'), name: 'Platform 2', rtsp_url: 'rtsp://10.0.0.7/stream' };

describe('a camera as typed', () => {
  it('is made into what the API takes', () => {
    expect(checkNew(good)).toMatchObject({
      ok: true,
      value: { name: 'Platform 2', name_ar: 'Platform 2', source: 'METRO', sub_rtsp_url: null, location: null },
    });
  });

  it('says of each field what is wrong with it', () => {
    expect(checkNew({ ...good, name: ' ', rtsp_url: 'http://x', latitude: '95', longitude: '' })).toEqual({
      ok: false,
      problems: { name: 'required', rtsp_url: 'rtsp', latitude: 'coordinate', longitude: 'coordinate' },
    });
    expect(checkNew({ ...good, name: 'x'.repeat(201) })).toEqual({ ok: false, problems: { name: 'too-long' } });
  });

  it('has no address when it publishes, whatever was typed before', () => {
    const pushed = { ...good, ingest: 'push', rtsp_url: 'nonsense', path: ' bus/12 ' };
    expect(checkNew(pushed)).toMatchObject({ ok: true, value: { ingest: 'push', path: 'bus/12', sub_rtsp_url: null } });
    expect(checkNew(pushed)).not.toHaveProperty('value.rtsp_url');
    expect(checkNew({ ...pushed, path: 'a b' })).toEqual({ ok: false, problems: { path: 'path' } });
    expect(checkChange({ ...good, ingest: 'push' }, good)).toEqual({ ok: true, value: { ingest: 'push' } });
    const before = { ...good, ingest: 'push', rtsp_url: '', sub_rtsp_url: '' };
    expect(checkChange({ ...before, ingest: 'pull' }, before)).toEqual({
      ok: false,
      problems: { rtsp_url: 'required' },
    });
    expect(checkChange(good, before)).toMatchObject({ value: { ingest: 'pull', rtsp_url: good.rtsp_url } });
  });

  it('takes coordinates in Arabic-Indic digits', () => {
    expect(checkNew({ ...good, latitude: '٢٥٫٢', longitude: '55.3' })).toMatchObject({
      value: { location: { latitude: 25.2, longitude: 55.3 } },
    });
  });

  it('can be moved at an address of its own, or at that of its picture', () => {
    const movable = { ...good, ptz_enabled: 'on' };
    expect(checkNew(good)).toMatchObject({ value: { ptz_enabled: false, ptz_url: null } });
    expect(checkNew(movable)).toMatchObject({ ok: true, value: { ptz_enabled: true, ptz_url: null } });
    const ptz_url = 'http://10.0.0.7/onvif/device_service';
    expect(checkNew({ ...movable, ptz_url })).toMatchObject({ value: { ptz_url } });
    expect(checkNew({ ...movable, ptz_url: 'rtsp://10.0.0.7' })).toEqual({ ok: false, problems: { ptz_url: 'http' } });
    expect(checkNew({ ...good, ptz_url: 'nonsense' })).toMatchObject({ ok: true, value: { ptz_enabled: false } });
  });

  it('needs an address to be moved at when it publishes', () => {
    const pushed = { ...good, ingest: 'push', ptz_enabled: 'on' };
    expect(checkNew(pushed)).toEqual({ ok: false, problems: { ptz_url: 'required' } });
    expect(checkNew({ ...pushed, name: '' })).toMatchObject({ problems: { name: 'required', ptz_url: 'required' } });
    expect(checkChange({ ...good, ptz_enabled: 'on', ingest: 'push' }, { ...good, ptz_enabled: 'on' })).toEqual({
      ok: false,
      problems: { ptz_url: 'required' },
    });
    expect(checkNew({ ...pushed, ptz_enabled: '' })).toMatchObject({ ok: true });
  });

  it('keeps the password of its address for moving when that is not touched', () => {
    const before = { ...good, ptz_enabled: 'on', ptz_url: 'http://admin:***@10.0.0.7/onvif/device_service' };
    expect(checkChange({ ...before, mode: 'always' }, before)).toEqual({ ok: true, value: { mode: 'always' } });
    expect(checkChange({ ...before, ptz_enabled: '' }, before)).toEqual({ ok: true, value: { ptz_enabled: false } });
    expect(checkChange({ ...before, ptz_url: '' }, before)).toEqual({ ok: true, value: { ptz_url: null } });
  });

  it('sends only what changed', () => {
    expect(checkChange({ ...good, mode: 'always' }, good)).toEqual({ ok: true, value: { mode: 'always' } });
    expect(checkChange(good, good)).toEqual({ ok: true, value: {} });
  });
});
