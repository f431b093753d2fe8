import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Farm } from '../farm/farm.ts';
import { askSoap, soapDocument } from '../testing/soap-client.ts';
import { startTestFarm } from '../testing/test-farm.ts';
import { find } from './xml.ts';

const camera = 'cam-0001';
const profile = '<ProfileToken>main</ProfileToken>';
const move = `<ContinuousMove>${profile}<Velocity><tt:PanTilt x="0.1" y="0"/></Velocity><Timeout>PT0.05S</Timeout></ContinuousMove>`;
const status = `<GetStatus>${profile}</GetStatus>`;

describe('faults of cameras that are moved', () => {
  let farm: Farm;
  beforeAll(async () => {
    farm = await startTestFarm({ cameras: 2, onvifPort: 0 });
  }, 180_000);
  beforeEach(() => farm.clearFault(camera));
  afterAll(() => farm.close());
  const url = (service = 'ptz') => `http://127.0.0.1:${farm.onvifPort}/${camera}/onvif/${service}_service`;
  const raw = (operation: string, ms = 300) =>
    fetch(url(), { method: 'POST', body: soapDocument(operation), signal: AbortSignal.timeout(ms) });

  it('ptz-refuse: what would move is refused, the rest goes on', async () => {
    await farm.setFault(camera, { kind: 'ptz-refuse' });
    const answer = await askSoap(url(), move);
    expect([answer.status, ...answer.codes]).toEqual([500, 'env:Receiver', 'ter:Action']);
    expect((await askSoap(url(), status)).status).toBe(200);
    expect((await askSoap(url(), `<Stop>${profile}</Stop>`)).status).toBe(200);
    expect(farm.ptz(camera).position.pan).toBe(0);
  });

  it('ptz-hang: nothing is answered, or no moves are', async () => {
    await farm.setFault(camera, { kind: 'ptz-hang' });
    await expect(raw(status)).rejects.toThrow(/timeout/);
    await farm.setFault(camera, { kind: 'ptz-hang', on: 'moves' });
    await expect(raw(move)).rejects.toThrow(/timeout/);
    expect((await askSoap(url(), status)).status).toBe(200);
    expect(farm.ptz(camera).moving).toBe(false);
  });

  it('ptz-garbage: bytes that are no XML', async () => {
    await farm.setFault(camera, { kind: 'ptz-garbage', on: 'moves' });
    const bytes = await (await raw(move)).arrayBuffer();
    expect(bytes.byteLength).toBe(2000);
    await expect(askSoap(url(), move)).rejects.toThrow();
    expect((await askSoap(url(), status)).status).toBe(200);
  });

  it('ptz-huge: an answer without end', async () => {
    await farm.setFault(camera, { kind: 'ptz-huge' });
    const response = await raw(status, 10_000);
    let length = 0;
    let text = '';
    for await (const chunk of response.body ?? []) {
      length += chunk.length;
      if (text.length < 2000) text += Buffer.from(chunk).toString();
      if (length > 20_000_000) break;
    }
    expect(length).toBeGreaterThan(20_000_000);
    expect(text).toContain('<env:Body><tptz:GetPresetsResponse><tptz:Preset token="1">');
  });

  it('ptz-ignores-timeout: moves until it is stopped', async () => {
    await farm.setFault(camera, { kind: 'ptz-ignores-timeout' });
    await askSoap(url(), move);
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(farm.ptz(camera).moving).toBe(true);
    await askSoap(url(), `<Stop>${profile}</Stop>`);
    expect(farm.ptz(camera).moving).toBe(false);
  });

  it('ptz-wrong-address: services and streams are elsewhere', async () => {
    await farm.setFault(camera, { kind: 'ptz-wrong-address' });
    const services = await askSoap(url('device'), '<GetServices/>');
    expect(find(services.body, 'Service', 'XAddr')?.text).toContain('http://192.0.2.1:');
    const stream = await askSoap(url('media'), `<GetStreamUri>${profile}</GetStreamUri>`);
    expect(find(stream.body, 'MediaUri', 'Uri')?.text).toBe(`rtsp://192.0.2.1:${farm.port}/${camera}/main`);
  });

  it('unplug: there is nobody; and a camera without a head cannot have a faulty one', async () => {
    await farm.setFault(camera, { kind: 'unplug' });
    await expect(raw(status)).rejects.toThrow(/fetch failed/);
    await expect(farm.setFault('cam-0002', { kind: 'ptz-hang' })).rejects.toThrow(RangeError);
  });
});
