import { describe, expect, it } from 'vitest';
import { readCapabilities, readMovableProfile, readSystemDateAndTime } from './device-messages.ts';
import { OnvifMalformed } from './onvif-malformed.ts';
import { continuousMove, gotoPreset, numberPresets, readPresets } from './ptz-messages.ts';
import { readSoapAnswer, SoapFault, soapEnvelope } from './soap.ts';
import { parseXml, textAt } from './xml.ts';

const envelope = (body: string) =>
  `<?xml version="1.0"?><SOAP-ENV:Envelope xmlns:SOAP-ENV="http://www.w3.org/2003/05/soap-envelope" xmlns:tt="http://www.onvif.org/ver10/schema"><SOAP-ENV:Body>${body}</SOAP-ENV:Body></SOAP-ENV:Envelope>`;

describe('a document', () => {
  it('is read without prefixes, with what stands in CDATA and in entities', () => {
    const root = parseXml('<a:x xmlns:a="u"><b:name b:token="1&amp;2">A&lt;<![CDATA[&B]]></b:name></a:x>');
    expect(root.name).toBe('x');
    expect(root.children[0]).toMatchObject({ name: 'name', text: 'A<&B' });
    expect(root.children[0]?.attributes.get('token')).toBe('1&2');
  });

  it.each([
    ['nothing', ''],
    ['a page', '<html><body><p>Not found</body></html>'],
    ['a torn one', '<a><b>'],
    ['an unknown entity', '<a>&lol;</a>'],
    ['entities that grow', '<!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>'],
    ['one too deep', '<a>'.repeat(100) + '</a>'.repeat(100)],
    ['one of too many parts', `<a>${'<b/>'.repeat(30_000)}</a>`],
  ])('%s is refused', (_, text) => {
    expect(() => parseXml(text)).toThrow(OnvifMalformed);
  });

  it('is refused without being quoted: it may hold a password', () => {
    expect(() => parseXml('<a secret="hunter2" secret="hunter2"')).toThrow(/^the answer is no XML we can read$/);
  });
});

describe('a request', () => {
  // ONVIF Application Programmer's Guide 1.0, 6.1.1.3.
  it('is signed as the standard’s example is', () => {
    const text = soapEnvelope('<x/>', {
      username: 'user',
      password: 'userpassword',
      nonce: Buffer.from('LKqI6G/AikKCQrN0zqZFlg==', 'base64'),
      created: new Date('2010-09-16T07:50:45Z'),
    });
    expect(text).toContain('tuOSpGlFlIXsozq4HFNeeGeFLEI=');
    expect(text).toContain('2010-09-16T07:50:45Z');
    expect(text).not.toContain('userpassword');
    expect(textAt(parseXml(text), 'Header', 'Security', 'UsernameToken', 'Username')).toBe('user');
  });

  it('names only what moves, and holds whatever a token holds', () => {
    expect(continuousMove('p', { pan: -0.5, tilt: 0, zoom: 0 }, 1)).not.toContain('Zoom');
    expect(continuousMove('p', { pan: 0, tilt: 0, zoom: 1 }, 1)).not.toContain('PanTilt');
    const root = parseXml(gotoPreset('<&"', "'>", 0.5));
    expect([textAt(root, 'ProfileToken'), textAt(root, 'PresetToken')]).toEqual(['<&"', "'>"]);
  });
});

describe('an answer', () => {
  it('is a fault where the camera says so, in either SOAP', () => {
    const newer = envelope(
      '<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>ter:NotAuthorized</s:Value></s:Subcode></s:Code><s:Reason><s:Text xml:lang="en">Sender not\n authorized</s:Text></s:Reason></s:Fault>',
    );
    const older = envelope('<Fault><faultcode>ter:ActionNotSupported</faultcode><faultstring>no</faultstring></Fault>');
    const faultOf = (text: string) => {
      try {
        return readSoapAnswer(text, 'StopResponse');
      } catch (error) {
        return error;
      }
    };
    const refused = faultOf(newer);
    expect(refused).toBeInstanceOf(SoapFault);
    expect(refused).toMatchObject({ codes: ['Sender', 'NotAuthorized'], message: 'Sender not authorized' });
    expect(refused).toHaveProperty('refusesCredentials', true);
    expect(faultOf(older)).toMatchObject({ codes: ['ActionNotSupported'], refusesCredentials: false });
  });

  it('is nothing else than what was asked for', () => {
    expect(() => readSoapAnswer(envelope('<MoveResponse/>'), 'StopResponse')).toThrow(OnvifMalformed);
    expect(() => readSoapAnswer('<html/>', 'StopResponse')).toThrow(OnvifMalformed);
  });

  it('tells the time, the services and the profile that moves', () => {
    const time = parseXml(
      '<R><SystemDateAndTime><UTCDateTime><Time><Hour>1</Hour><Minute>2</Minute><Second>3</Second></Time><Date><Year>2026</Year><Month>4</Month><Day>5</Day></Date></UTCDateTime></SystemDateAndTime></R>',
    );
    expect(readSystemDateAndTime(time)).toBe(Date.UTC(2026, 3, 5, 1, 2, 3));
    expect(readSystemDateAndTime(parseXml('<R/>'))).toBeNull();
    const services = parseXml(
      '<R><Capabilities><Media><XAddr>http://10.0.0.1:8000/onvif/Media?x=1</XAddr></Media><PTZ><XAddr>nonsense</XAddr></PTZ></Capabilities></R>',
    );
    expect(readCapabilities(services)).toEqual({ media: '/onvif/Media?x=1', ptz: null });
    const elsewhere = parseXml('<R><Capabilities><PTZ><XAddr>htt:://h/onvif/ptz</XAddr></PTZ></Capabilities></R>');
    expect(readCapabilities(elsewhere).ptz).toBeNull();
    const profiles = '<Profiles token="a"/><Profiles token="b"><PTZConfiguration token="c"/></Profiles>';
    expect(readMovableProfile(parseXml(`<R>${profiles}</R>`))).toBe('b');
    expect(readMovableProfile(parseXml('<R><Profiles token="a"/></R>'))).toBeNull();
  });

  it('has presets, which get numbers that stay', () => {
    const presets = (...tokens: string[]) =>
      readPresets(
        parseXml(
          `<R>${tokens.map((token) => `<Preset token="${token}"><Name>n${token}</Name></Preset>`).join('')}</R>`,
        ),
      );
    const numbers = (...tokens: string[]) => [...numberPresets(presets(...tokens))].map(([n, { token }]) => [n, token]);
    expect(numbers('3', '1')).toEqual([
      [3, '3'],
      [1, '1'],
    ]);
    expect(numbers('door', '1')).toEqual([
      [1, 'door'],
      [2, '1'],
    ]);
    expect(numbers('7', '7')).toEqual([
      [1, '7'],
      [2, '7'],
    ]);
    expect(readPresets(parseXml('<R><Preset token="5"/><Preset/></R>'))).toEqual([{ token: '5', name: '5' }]);
  });
});
