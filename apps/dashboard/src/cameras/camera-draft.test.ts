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
