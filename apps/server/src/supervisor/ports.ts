import { createSocket } from 'node:dgram';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Config } from '../config.ts';
import type { Settings } from '../settings.ts';
import { commandLine } from './sibling/process-identity.ts';
import { StartError } from './start-error.ts';

export interface PortNeed {
  protocol: 'tcp' | 'udp';
  host: string;
  port: number;
  what: string;
  setting: keyof Settings;
}

/** Every port that `marsad start` will open with this configuration. */
export function portsNeeded(config: Config, demonstration: boolean): PortNeed[] {
  const { edge, http, demo } = config;
  const edges = config.mediaNodes.filter((roles) => roles.includes('edge'));
  return [
    {
      protocol: 'tcp',
      host: http.host,
      port: http.port,
      what: 'the dashboard and the API',
      setting: 'MARSAD_HTTP_PORT',
    },
    ...edges.flatMap((_, i): PortNeed[] => [
      {
        protocol: 'tcp',
        host: edge.host,
        port: edge.port + i,
        what: 'viewers’ signalling',
        setting: 'MARSAD_EDGE_PORT',
      },
      {
        protocol: 'udp',
        host: edge.host,
        port: edge.udpPort + i,
        what: 'viewers’ pictures',
        setting: 'MARSAD_EDGE_UDP_PORT',
      },
      ...rtspPorts(config, i),
    ]),
    ...(demonstration
      ? [
          {
            protocol: 'tcp',
            host: '127.0.0.1',
            port: demo.rtspPort,
            what: 'the simulator’s cameras',
            setting: 'MARSAD_DEMO_RTSP_PORT',
          } as const,
          {
            protocol: 'tcp',
            host: '127.0.0.1',
            port: demo.onvifPort,
            what: 'the motors of the simulator’s cameras',
            setting: 'MARSAD_DEMO_ONVIF_PORT',
          } as const,
        ]
      : []),
  ];
}

function rtspPorts({ edge, http }: Config, index: number): PortNeed[] {
  const { host, rtsp } = edge;
  if (!rtsp) return [];
  const tcp = { protocol: 'tcp', host } as const;
  const udp = { protocol: 'udp', host, setting: 'MARSAD_RTSP_UDP_PORT' } as const;
  return [
    { ...tcp, port: rtsp.port + index, what: 'RTSP', setting: 'MARSAD_RTSP_PORT' },
    ...(http.tls
      ? [{ ...tcp, port: rtsp.securePort + index, what: 'RTSP over TLS', setting: 'MARSAD_RTSPS_PORT' } as const]
      : []),
    { ...udp, port: rtsp.udpPort + 2 * index, what: 'RTP for RTSP clients' },
    { ...udp, port: rtsp.udpPort + 2 * index + 1, what: 'RTCP for RTSP clients' },
  ];
}

/** @throws StartError naming every port that cannot be opened, who has it, and the setting that changes it */
export async function checkPorts(needs: readonly PortNeed[]): Promise<void> {
  const problems = (await Promise.all(needs.map(problemOf))).filter((problem) => problem !== null);
  if (problems.length === 0) return;
  const settings = [
    ...new Set(needs.filter((_, i) => problems.some((p) => p.need === needs[i])).map((n) => n.setting)),
  ];
  throw new StartError(
    problems.map(({ text }) => text).join('\n'),
    `End what uses ${problems.length > 1 ? 'them' : 'it'}, or choose other ports: ${settings.map((name) => `${name}=…`).join(' ')} npm start`,
  );
}

async function problemOf(need: PortNeed): Promise<{ need: PortNeed; text: string } | null> {
  const code = await (need.protocol === 'tcp' ? tryTcp(need) : tryUdp(need));
  if (code === null) return null;
  const which = `${need.protocol.toUpperCase()} port ${need.port} on ${need.host} (${need.what}, ${need.setting})`;
  if (code === 'EACCES') return { need, text: `${which} may only be opened by root.` };
  if (code === 'EADDRNOTAVAIL') return { need, text: `${which}: this machine has no address ${need.host}.` };
  if (code !== 'EADDRINUSE') return { need, text: `${which} cannot be opened: ${code}.` };
  const holder = portHolder(need.protocol, need.port);
  return { need, text: `${which} is taken${holder ? ` by process ${holder.pid}: ${holder.command}` : ''}.` };
}

function tryTcp({ host, port }: PortNeed): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(null)));
  });
}

function tryUdp({ host, port }: PortNeed): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    socket.once('error', (error: NodeJS.ErrnoException) => {
      socket.close();
      resolve(error.code ?? error.message);
    });
    socket.bind({ address: host, port, exclusive: true }, () => socket.close(() => resolve(null)));
  });
}

/** Who has a port open, as far as we may see: root sees everybody, others only themselves. Linux only. */
export function portHolder(protocol: 'tcp' | 'udp', port: number): { pid: number; command: string } | null {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  const listening = protocol === 'tcp' ? '0A' : '07';
  const inodes = new Set<string>();
  for (const table of [protocol, `${protocol}6`]) {
    for (const line of readOr(`/proc/net/${table}`).split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/);
      if (fields[1]?.endsWith(`:${wanted}`) && fields[3] === listening && fields[9])
        inodes.add(`socket:[${fields[9]}]`);
    }
  }
  if (inodes.size === 0) return null;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (openFiles(pid).some((target) => inodes.has(target))) {
      return { pid: Number(pid), command: commandLine(Number(pid)).slice(0, 120) };
    }
  }
  return null;
}

function openFiles(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((name) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${name}`);
      } catch {
        return '';
      }
    });
  } catch {
    return [];
  }
}

function readOr(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
