import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Farm } from '../farm/farm.ts';
import { askSoap } from '../testing/soap-client.ts';
import { startTestFarm } from '../testing/test-farm.ts';
import { find } from './xml.ts';

const credentials = { user: 'operator', password: 'p@ss<w>&rd' };
const profile = '<ProfileToken>main</ProfileToken>';

describe('ONVIF services', () => {
  let farm: Farm;
  beforeAll(async () => {
    farm = await startTestFarm({ cameras: 7, onvifPort: 0, controlPort: 0 });
  }, 180_000);
  afterAll(() => farm.close());
  const at = (service: string, camera = 'cam-0001') =>
    `http://127.0.0.1:${farm.onvifPort}/${camera}/onvif/${service}_service`;
  const ptz = (operation: string, camera = 'cam-0001') => askSoap(at('ptz', camera), operation);

  it('are there for every third camera, and listed', async () => {
    expect(farm.cameras.map(({ ptzEnabled }) => ptzEnabled)).toEqual([true, false, false, true, false, false, true]);
    expect(farm.cameras[3]?.ptzUrl).toBe(at('device', 'cam-0004'));
    expect(farm.cameras[1]?.ptzUrl).toBeNull();
    expect(() => farm.ptz('cam-0002')).toThrow(RangeError);
    expect((await fetch(at('device', 'cam-0002'), { method: 'POST' })).status).toBe(404);
    expect((await fetch(at('imaging'), { method: 'POST' })).status).toBe(404);
    expect((await fetch(at('device'))).status).toBe(405);
  });

  it('name each other by the host that the client reached them at', async () => {
    const services = await askSoap(at('device').replace('127.0.0.1', 'localhost'), '<GetServices/>');
    expect(services.body.children.map((one) => find(one, 'XAddr')?.text)).toEqual(
      ['device', 'media', 'ptz'].map((name) => at(name).replace('127.0.0.1', 'localhost')),
    );
    const { body } = await askSoap(at('device'), '<GetCapabilities><Category>PTZ</Category></GetCapabilities>');
    expect(find(body, 'Capabilities')?.children.map(({ name }) => name)).toEqual(['PTZ']);
    expect(find(body, 'Capabilities', 'PTZ', 'XAddr')?.text).toBe(at('ptz'));
    const none = await askSoap(at('device'), '<GetCapabilities><Category>Imaging</Category></GetCapabilities>');
    expect(none.codes).toEqual(['env:Receiver', 'ter:ActionNotSupported', 'ter:NoSuchService']);
    for (const name of ['device', 'media', 'ptz']) {
      const answer = await askSoap(at(name), '<GetServiceCapabilities/>');
      expect(find(answer.body, 'Capabilities')?.name).toBe('Capabilities');
    }
  });

  it.each([
    ['<Fly/>', 500, 'env:Receiver ter:ActionNotSupported'],
    ['<toString/>', 500, 'env:Receiver ter:ActionNotSupported'],
    ['<GetPresets/>', 400, 'env:Sender ter:InvalidArgVal ter:NoProfile'],
    [
      `<GotoPreset>${profile}<PresetToken>9</PresetToken></GotoPreset>`,
      400,
      'env:Sender ter:InvalidArgVal ter:NoToken',
    ],
    [`<RemovePreset>${profile}</RemovePreset>`, 400, 'env:Sender ter:InvalidArgVal ter:NoToken'],
    [
      `<ContinuousMove>${profile}<Velocity><tt:PanTilt x="1.5" y="0"/></Velocity></ContinuousMove>`,
      400,
      'env:Sender ter:InvalidArgVal ter:InvalidVelocity',
    ],
    [
      `<ContinuousMove>${profile}<Velocity><tt:Zoom x="1"/></Velocity><Timeout>PT2M</Timeout></ContinuousMove>`,
      400,
      'env:Sender ter:InvalidArgVal ter:TimeoutNotSupported',
    ],
    [
      `<AbsoluteMove>${profile}<Position><tt:Zoom x="-0.5"/></Position></AbsoluteMove>`,
      400,
      'env:Sender ter:InvalidArgVal ter:InvalidPosition',
    ],
    [
      `<AbsoluteMove>${profile}<Position><tt:PanTilt x="0" y="0" space="urn:degrees"/></Position></AbsoluteMove>`,
      400,
      'env:Sender ter:InvalidArgVal ter:SpaceNotSupported',
    ],
    ['<a></b>', 400, 'env:Sender ter:WellFormed'],
    ['', 400, 'env:Sender ter:WellFormed'],
  ])('refuse %s', async (operation, status, codes) => {
    const answer = await ptz(operation, 'cam-0007');
    expect([answer.status, answer.codes.join(' ')]).toEqual([status, codes]);
    expect(farm.ptz('cam-0007')).toMatchObject({ moving: false, position: { pan: 0, tilt: 0, zoom: 0 } });
  });

  it('move only what is named, and stop only what is asked', async () => {
    const camera = 'cam-0004';
    await ptz(`<ContinuousMove>${profile}<Velocity><tt:PanTilt x="0.1" y="0"/></Velocity></ContinuousMove>`, camera);
    await ptz(`<ContinuousMove>${profile}<Velocity><tt:Zoom x="0.1"/></Velocity></ContinuousMove>`, camera);
    const state = async () => {
      const status = find((await ptz(`<GetStatus>${profile}</GetStatus>`, camera)).body, 'PTZStatus');
      return [find(status, 'MoveStatus', 'PanTilt')?.text, find(status, 'MoveStatus', 'Zoom')?.text];
    };
    expect(await state()).toEqual(['MOVING', 'MOVING']);
    await ptz(`<Stop>${profile}<PanTilt>false</PanTilt><Zoom>true</Zoom></Stop>`, camera);
    expect(await state()).toEqual(['MOVING', 'IDLE']);
    await ptz(`<Stop>${profile}</Stop>`, camera);
    expect(await state()).toEqual(['IDLE', 'IDLE']);
    const names = farm.ptz(camera).commands.map(({ operation }) => operation);
    expect(names.filter((name) => name !== 'GetStatus')).toEqual(['ContinuousMove', 'ContinuousMove', 'Stop', 'Stop']);
    expect(Math.abs((farm.ptz(camera).commands[0]?.atMs ?? 0) - Date.now())).toBeLessThan(10_000);
    const told = await fetch(`http://127.0.0.1:${farm.controlPort}/cameras/${camera}/ptz`);
    expect(await told.json()).toEqual(JSON.parse(JSON.stringify(farm.ptz(camera))));
  });

  it('take no more than 64 KiB', async () => {
    const send = (bytes: number) =>
      new Promise<number>((resolve, reject) => {
        const sent = request(at('ptz'), { method: 'POST' }, (response) => resolve(response.statusCode ?? 0));
        sent.on('error', reject);
        sent.end('x'.repeat(bytes));
      });
    expect(await send(65_536)).toBe(400);
    expect(await send(65_537)).toBe(413);
  });

  it('need their port for themselves: else there is no farm', async () => {
    const cameras = { cameras: 1, onvifPort: farm.onvifPort };
    await expect(startTestFarm(cameras)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('tell where the streams are', async () => {
    const { body } = await askSoap(at('media'), '<GetStreamUri><ProfileToken>sub</ProfileToken></GetStreamUri>');
    expect(find(body, 'MediaUri', 'Uri')?.text).toBe(farm.cameras[0]?.subRtspUrl);
  });
});

describe('ONVIF signatures', () => {
  let farm: Farm;
  beforeAll(async () => {
    farm = await startTestFarm({ cameras: 4, onvifPort: 0, credentials });
  }, 180_000);
  afterAll(() => farm.close());
  const device = (camera: string) => `http://127.0.0.1:${farm.onvifPort}/${camera}/onvif/device_service`;

  const token = (password: string, created: string, type = 'PasswordDigest') => {
    const nonce = Buffer.from('sixteen bytes it');
    const digest = createHash('sha1').update(nonce).update(created).update(password).digest('base64');
    return (
      `<Security><UsernameToken><Username>${credentials.user}</Username><Password Type="urn:x#${type}">${digest}</Password>` +
      `<Nonce>${nonce.toString('base64')}</Nonce><Created>${created}</Created></UsernameToken></Security>`
    );
  };
  const ask = (header: string, camera = 'cam-0001') => askSoap(device(camera), '<GetDeviceInformation/>', header);
  const at = (offsetMs: number) => new Date(Date.now() + offsetMs).toISOString();

  it('are asked for, but not for the time', async () => {
    const answer = await ask('');
    expect([answer.status, ...answer.codes]).toEqual([401, 'env:Sender', 'ter:NotAuthorized']);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Digest realm="camera", nonce="[^"]+", qop="auth"$/);
    expect((await askSoap(device('cam-0001'), '<GetSystemDateAndTime/>')).status).toBe(200);
  });

  it.each([
    ['right', token(credentials.password, at(0)), 200],
    ['four minutes old', token(credentials.password, at(-240_000)), 200],
    ['six minutes old', token(credentials.password, at(-360_000)), 400],
    ['of the future', token(credentials.password, at(360_000)), 400],
    ['of no time', token(credentials.password, 'yesterday'), 400],
    ['with another password', token('guess', at(0)), 400],
    ['of another kind', token(credentials.password, at(0), 'PasswordText'), 400],
    ['empty', '<Security><UsernameToken/></Security>', 400],
  ])('%s', async (_, header, status) => {
    const answer = await ask(header);
    expect(answer.status).toBe(status);
    expect(answer.codes).toEqual(status === 200 ? [] : ['env:Sender', 'ter:NotAuthorized']);
  });

  it('go by the camera’s clock, and none is right where no password is', async () => {
    const camera = 'cam-0004';
    await farm.setFault(camera, { kind: 'ptz-wrong-clock', seconds: -7200 });
    expect((await ask(token(credentials.password, at(0)), camera)).status).toBe(400);
    expect((await ask(token(credentials.password, at(-7_200_000)), camera)).status).toBe(200);
    const { body } = await askSoap(device(camera), '<GetSystemDateAndTime/>');
    const told = find(body, 'SystemDateAndTime', 'UTCDateTime', 'Time', 'Hour')?.text;
    expect([at(-7_200_000), at(-7_201_000)].map((time) => String(Number(time.slice(11, 13))))).toContain(told);
    await farm.setFault(camera, { kind: 'wrong-password' });
    expect((await ask(token(credentials.password, at(0)), camera)).status).toBe(400);
  });
});
