import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadConfig } from '../config.ts';
import { checkPorts, type PortNeed, portHolder, portsNeeded } from './ports.ts';
import { StartError } from './start-error.ts';

const need = (port: number, rest: Partial<PortNeed> = {}): PortNeed => ({
  protocol: 'tcp',
  host: '127.0.0.1',
  port,
  what: 'the API',
  setting: 'MARSAD_HTTP_PORT',
  ...rest,
});

async function takenTcp(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function problemOf(...needs: PortNeed[]): Promise<StartError> {
  const error = await checkPorts(needs).then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof StartError)) throw new Error('no StartError');
  return error;
}

describe('ports', () => {
  it('lists what a configuration needs, with a step for each edge', () => {
    const config = loadConfig({ MARSAD_MEDIA_NODES: 'ingest,edge,edge' }, '/srv');
    expect(portsNeeded(config, true).map(({ protocol, port }) => `${protocol} ${port}`)).toEqual([
      'tcp 8088',
      'tcp 7880',
      'udp 7882',
      'tcp 8554',
      'udp 8000',
      'udp 8001',
      'tcp 7881',
      'udp 7883',
      'tcp 8555',
      'udp 8002',
      'udp 8003',
      'tcp 18554',
      'tcp 18555',
    ]);
    expect(portsNeeded(config, false)).toHaveLength(11);
    expect(portsNeeded(loadConfig({ MARSAD_RTSP: 'off' }, '/srv'), false)).toHaveLength(3);
  });

  it('says which port is taken, by whom, and which setting changes it', async () => {
    const port = await takenTcp();
    const { message, advice } = await problemOf(need(port));
    expect(message).toContain(
      `TCP port ${port} on 127.0.0.1 (the API, MARSAD_HTTP_PORT) is taken by process ${process.pid}`,
    );
    expect(advice).toContain('MARSAD_HTTP_PORT=…');
    expect(portHolder('tcp', port)?.pid).toBe(process.pid);
  });

  it('sees UDP too, and names everything at once', async () => {
    const socket = createSocket('udp4');
    onTestFinished(() => void socket.close());
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const udp = need(socket.address().port, { protocol: 'udp', setting: 'MARSAD_EDGE_UDP_PORT', what: 'pictures' });
    const { message, advice } = await problemOf(need(await takenTcp()), udp);
    expect(message.split('\n')).toHaveLength(2);
    expect(message).toMatch(/^UDP port \d+ .*pictures.* taken by process/m);
    expect(advice).toMatch(/MARSAD_HTTP_PORT=… MARSAD_EDGE_UDP_PORT=…/);
  });

  it('knows an address that this machine does not have', async () => {
    expect((await problemOf(need(0, { host: '203.0.113.7' }))).message).toContain('no address 203.0.113.7');
  });

  it('has nothing to say about free ones', async () => {
    await checkPorts([need(0), need(0, { protocol: 'udp' })]);
    expect(portHolder('tcp', 1)).toBeNull();
  });
});
