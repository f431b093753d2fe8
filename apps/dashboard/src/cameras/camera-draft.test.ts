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

  it('sends only what changed', () => {
    expect(checkChange({ ...good, mode: 'always' }, good)).toEqual({ ok: true, value: { mode: 'always' } });
    expect(checkChange(good, good)).toEqual({ ok: true, value: {} });
  });
});
