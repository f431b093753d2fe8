import onvif from 'onvif/promises/index.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Farm } from '../farm/farm.ts';
import { startTestFarm } from '../testing/test-farm.ts';

const credentials = { user: 'operator', password: 'p@ssw0rd' };
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A stock client, by WS-Security or by HTTP Digest, moves a camera of the farm. */
describe.each([
  ['WS-Security', true, 'cam-0001'],
  ['Digest', false, 'cam-0004'],
])('the client of npm, %s', (_, useWSSecurity, camera) => {
  let farm: Farm;
  let cam: InstanceType<typeof onvif.Cam>;
  const options = (password: string) => ({
    hostname: '127.0.0.1',
    port: farm.onvifPort ?? 0,
    path: `/${camera}/onvif/device_service`,
    username: credentials.user,
    password,
    useWSSecurity,
  });
  beforeAll(async () => {
    farm = await startTestFarm({ onvifPort: 0, credentials });
    cam = new onvif.Cam(options(credentials.password));
    await cam.connect();
  }, 180_000);
  afterAll(() => farm.close());

  const position = () => farm.ptz(camera).position;
  const still = () => expect.poll(() => farm.ptz(camera).moving, { interval: 10 }).toBe(false);

  it('finds what the camera is and has', async () => {
    expect(await cam.getDeviceInformation()).toMatchObject({ manufacturer: 'Marsad', serialNumber: camera });
    const profiles = await cam.getProfiles();
    expect(profiles.map((one: { $: { token: string } }) => one.$.token)).toEqual(['main', 'sub']);
    expect(profiles[0]).toMatchObject({
      PTZConfiguration: { nodeToken: 'head' },
      videoEncoderConfiguration: { encoding: 'H264', resolution: { width: 1280, height: 720 } },
    });
    expect((await cam.getStreamUri()).uri).toBe(`rtsp://127.0.0.1:${farm.port}/${camera}/main`);
    expect(await cam.getNodes()).toMatchObject({ head: { maximumNumberOfPresets: 64, homeSupported: true } });
    const configurations = await cam.getConfigurations();
    expect(configurations).toMatchObject({ PTZ: { nodeToken: 'head', defaultPTZTimeout: 'PT10S' } });
    expect(await cam.getConfigurationOptions(configurations.PTZ.token)).toMatchObject({
      ptzTimeout: { max: ['PT60S'] },
      spaces: {
        absolute: { x: { min: -1, max: 1 }, zoom: { min: 0, max: 1 } },
        continuous: { zoom: { min: -1, max: 1 } },
      },
    });
    expect(Math.abs((await cam.getSystemDateAndTime()) - Date.now())).toBeLessThan(5000);
  });

  it('moves it until the timeout, and until it is stopped', async () => {
    await cam.continuousMove({ x: 0.5, y: -0.5, zoom: 0.5, timeout: 300 });
    expect(farm.ptz(camera).moving).toBe(true);
    await still();
    const { pan, tilt, zoom } = position();
    expect([pan, tilt, zoom].map((value) => Number(value.toFixed(6)))).toEqual([0.075, -0.06, 0.06]);
    await cam.continuousMove({ x: -1 });
    await wait(100);
    await cam.stop();
    const stopped = position();
    expect(stopped.pan).toBeLessThan(pan);
    await wait(60);
    expect(position()).toEqual(stopped);
    const { position: told, moveStatus } = await cam.getStatus();
    expect(told.x).toBeCloseTo(stopped.pan, 5);
    expect(moveStatus).toEqual({ panTilt: 'IDLE', zoom: 'IDLE' });
  });

  it('moves it to a place and by a distance', async () => {
    await cam.absoluteMove({ x: 0.2, y: 0.1, zoom: 0.1 });
    await still();
    expect(position()).toEqual({ pan: 0.2, tilt: 0.1, zoom: 0.1 });
    await cam.relativeMove({ x: -0.1, y: 0, zoom: 0, speed: { x: 1, y: 1, zoom: 1 } });
    await still();
    expect(position()).toEqual({ pan: 0.1, tilt: 0.1, zoom: 0.1 });
  });

  it('knows its presets, makes, uses and removes them, and goes home', async () => {
    const presets = await cam.getPresets();
    expect(Object.keys(presets)).toEqual(['Entrance', 'Crossing', 'Car park']);
    await cam.absoluteMove({ x: 0, y: 0, zoom: 0 });
    await still();
    await cam.setPreset({ presetName: 'Here' });
    await cam.gotoPreset({ preset: '2' });
    await still();
    expect(position()).toEqual({ pan: 0.25, tilt: -0.5, zoom: 0.5 });
    await cam.gotoPreset({ preset: (await cam.getPresets()).Here.$.token });
    await still();
    expect(position()).toEqual({ pan: 0, tilt: 0, zoom: 0 });
    await cam.removePreset({ presetToken: '4' });
    await expect(cam.gotoPreset({ preset: '4' })).rejects.toThrow(/no such preset/);
    await cam.absoluteMove({ x: 0.1, y: 0.1, zoom: 0.1 });
    await still();
    await cam.gotoHomePosition({});
    await still();
    expect(position()).toEqual({ pan: 0, tilt: 0, zoom: 0 });
    expect(farm.ptz(camera).commands.at(-1)?.operation).toBe('GotoHomePosition');
  });

  it('is rejected with a wrong password', async () => {
    const before = farm.ptz(camera).commands.length;
    const wrong = new onvif.Cam(options('guess'));
    await expect(wrong.connect()).rejects.toThrow(useWSSecurity ? /not authorized/ : /authentication failed 401/);
    const asked = farm
      .ptz(camera)
      .commands.slice(before)
      .map(({ operation }) => operation);
    expect(asked).toEqual(['GetSystemDateAndTime']);
  });

  it('signs by the clock of a camera that has another time', async () => {
    await farm.setFault(camera, { kind: 'ptz-wrong-clock', seconds: 86_400 });
    const other = new onvif.Cam(options(credentials.password));
    await other.connect();
    expect(await other.getDeviceInformation()).toMatchObject({ serialNumber: camera });
    farm.clearFault(camera);
  });
});
