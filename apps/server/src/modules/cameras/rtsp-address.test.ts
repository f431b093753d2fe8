import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskAddress, unmaskAddress } from './rtsp-address.ts';

describe('maskAddress', () => {
  it.each([
    ['rtsp://admin:s3cret@10.0.0.1:554/ch1', 'rtsp://admin:***@10.0.0.1:554/ch1'],
    ['rtsp://10.0.0.1/ch1', 'rtsp://10.0.0.1/ch1'],
    ['rtsp://admin@10.0.0.1/ch1', 'rtsp://admin@10.0.0.1/ch1'],
    ['rtsps://h/x?user=a&password=s3cret&channel=1', 'rtsps://h/x?user=a&password=***&channel=1'],
    ['rtsp://h/x?PWD=s3cret&pass%77ord=s3cret', 'rtsp://h/x?PWD=***&pass%77ord=***'],
  ])('%s', (address, shown) => {
    expect(maskAddress(address)).toBe(shown);
    expect(unmaskAddress(shown, address)).toBe(new URL(address).href);
  });

  it('never shows a password, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (tail) => {
        const password = `QZX${tail}`;
        const encoded = encodeURIComponent(password.toWellFormed());
        const address = `rtsp://u:${encoded}@host/path?token=${encoded}`;
        expect(maskAddress(address)).not.toContain('QZX');
        expect(unmaskAddress(maskAddress(address), address)).toBe(new URL(address).href);
      }),
    );
  });
});

describe('unmaskAddress', () => {
  const known = 'rtsp://admin:s3cret@10.0.0.1:554/ch1';

  it('keeps the password when only the rest changes', () => {
    expect(unmaskAddress('rtsp://admin:***@10.0.0.1:554/ch2', known)).toBe('rtsp://admin:s3cret@10.0.0.1:554/ch2');
    expect(unmaskAddress('rtsp://admin:new@10.0.0.1:554/ch1', known)).toBe('rtsp://admin:new@10.0.0.1:554/ch1');
  });

  it.each([
    ['another host', 'rtsp://admin:***@10.0.0.2:554/ch1', known],
    ['another port', 'rtsp://admin:***@10.0.0.1:555/ch1', known],
    ['another user', 'rtsp://root:***@10.0.0.1:554/ch1', known],
    ['another scheme', 'rtsps://admin:***@10.0.0.1:554/ch1', known],
    ['no password before', 'rtsp://admin:***@10.0.0.1:554/ch1', 'rtsp://admin@10.0.0.1:554/ch1'],
    ['no address before', 'rtsp://admin:***@10.0.0.1:554/ch1', null],
    ['a parameter that was not there', 'rtsp://h/x?password=***', 'rtsp://h/x'],
  ])('asks for it again: %s', (_why, address, before) => expect(unmaskAddress(address, before)).toBeNull());
});
