import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { controlCandidates, resolveControl } from './control-url.ts';
import { maskRtspUrl, parseRtspUrl, withCredentials } from './url.ts';

describe('parseRtspUrl', () => {
  it('takes addresses apart', () => {
    expect(parseRtspUrl('rtsp://10.0.0.1/cam?ch=1')).toEqual({
      secure: false,
      host: '10.0.0.1',
      port: 554,
      username: null,
      password: null,
      path: '/cam?ch=1',
      url: 'rtsp://10.0.0.1/cam?ch=1',
    });
    expect(parseRtspUrl('RTSPS://[fe80::1]:8322')).toMatchObject({
      secure: true,
      host: 'fe80::1',
      port: 8322,
      path: '',
    });
    expect(parseRtspUrl('rtsps://h/')).toMatchObject({ port: 322 });
    expect(parseRtspUrl('rtsp://h?x=1')).toMatchObject({ host: 'h', path: '/?x=1', url: 'rtsp://h/?x=1' });
  });

  it('reads passwords as people paste them', () => {
    for (const password of ['p@ss', 'a:b', 'a/b@c', 'x?y', '50%', 'p#1', '']) {
      expect(parseRtspUrl(`rtsp://admin:${password}@10.0.0.1:8554/s/1`)).toMatchObject({
        username: 'admin',
        password,
        url: 'rtsp://10.0.0.1:8554/s/1',
      });
    }
    expect(parseRtspUrl('rtsp://a%40b:c%3Ad@h/')).toMatchObject({ username: 'a@b', password: 'c:d' });
  });

  it('refuses what is no address without quoting it', () => {
    for (const text of [
      '',
      'http://h/',
      'rtsp://',
      'rtsp://h:99999/',
      'rtsp://u:secret@/x',
      'rtsp://h/a b',
      'rtsp://h:0/',
    ]) {
      expect(() => parseRtspUrl(text)).toThrow(
        expect.objectContaining({ code: 'RTSP_URL_MALFORMED', message: expect.not.stringContaining('secret') }),
      );
    }
  });

  it('gives back escaped credentials', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string(), (username, password) => {
        const url = withCredentials('rtsp://old:gone@h:8554/p?q=1', username, password);
        expect(parseRtspUrl(url)).toMatchObject({ username, password, url: 'rtsp://h:8554/p?q=1' });
      }),
      { seed: 3 },
    );
  });
});

describe('maskRtspUrl', () => {
  it('shows no password wherever it stands', () => {
    expect(maskRtspUrl('rtsp://admin:s3cret@h/p')).toBe('rtsp://admin:***@h/p');
    expect(maskRtspUrl('rtsp://h/p?user=a&password=s3cret&x=1')).toBe('rtsp://h/p?user=a&password=***&x=1');
    expect(maskRtspUrl('rtsp://h/user=a_password=s3cret_channel=1')).not.toContain('s3cret');
    expect(maskRtspUrl('rtsp://a:s3cret@bad host/')).toBe('rtsp://***');
    expect(maskRtspUrl('s3cret')).toBe('rtsp://***');
  });

  it('never throws and never shows what follows the user name', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), (password) => {
        expect(maskRtspUrl(`rtsp://u:${encodeURIComponent(`secret${password}`)}@h/`)).toBe('rtsp://u:***@h/');
        maskRtspUrl(password);
      }),
      { seed: 4 },
    );
  });
});

describe('resolveControl', () => {
  const requestUrl = 'rtsp://cam:8554/stream?profile=1';

  it('appends to the base as cameras expect', () => {
    expect(resolveControl({ requestUrl, control: 'trackID=1' })).toBe('rtsp://cam:8554/stream?profile=1/trackID=1');
    expect(resolveControl({ requestUrl, contentBase: 'rtsp://cam:8554/stream/', control: 'trackID=1' })).toBe(
      'rtsp://cam:8554/stream/trackID=1',
    );
    expect(resolveControl({ requestUrl, control: '*' })).toBe(requestUrl);
    expect(resolveControl({ requestUrl, control: null })).toBe(requestUrl);
    expect(resolveControl({ requestUrl: 'rtsp://cam/s', control: '?ctype=video' })).toBe('rtsp://cam/s?ctype=video');
  });

  it('keeps to the host it is connected to', () => {
    expect(resolveControl({ requestUrl, contentBase: 'rtsp://0.0.0.0/s/', control: 't1' })).toBe(
      'rtsp://cam:8554/s/t1',
    );
    expect(resolveControl({ requestUrl, control: 'rtsp://192.168.1.10:554/s/t1' })).toBe('rtsp://cam:8554/s/t1');
    expect(resolveControl({ requestUrl, contentBase: '/s/', control: 't1' })).toBe('rtsp://cam:8554/s/t1');
  });

  it('offers the request URL when the base may be wrong', () => {
    expect(controlCandidates({ requestUrl: 'rtsp://cam/s', contentBase: 'rtsp://cam/', control: 't1' })).toEqual([
      'rtsp://cam/t1',
      'rtsp://cam/s/t1',
    ]);
    expect(controlCandidates({ requestUrl: 'rtsp://cam/s', contentBase: 'nonsense', control: 't1' })).toEqual([
      'rtsp://cam/s/t1',
    ]);
  });
});
