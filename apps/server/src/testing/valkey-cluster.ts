import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Valkey } from 'iovalkey';
import { childEnvironment } from '../config.ts';
import { cacheFolder } from '../supervisor/folders.ts';
import { findValkey } from '../supervisor/valkey/binaries.ts';
import { until } from './until.ts';

export interface ValkeyCluster {
  /** All nodes, as `VALKEY_URL` takes them. */
  readonly url: string;
  readonly ports: readonly number[];
  close(): Promise<void>;
}

const slots = 16_384;

/** Three primaries on loopback with a third of the slots each; as `docs/operations/valkey-cluster.md` makes it. */
export async function valkeyCluster(folder: string): Promise<ValkeyCluster> {
  const program = await findValkey(childEnvironment().PATH ?? '', cacheFolder(null, folder));
  const ports = await Promise.all([freePort(), freePort(), freePort()]);
  const children: ChildProcess[] = [];
  const close = async () => {
    await Promise.all(
      children.map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        child.kill('SIGKILL');
        await once(child, 'exit');
      }),
    );
  };
  try {
    for (const port of ports) children.push(startNode(program, folder, port));
    const clients = ports.map((port) => new Valkey({ port, host: '127.0.0.1' }));
    for (const client of clients) client.on('error', () => {});
    const [first] = clients;
    for (const [i, client] of clients.entries()) {
      await until(async () => (await client.ping().catch(() => '')) === 'PONG');
      const [from, to] = [Math.floor((i * slots) / 3), Math.floor(((i + 1) * slots) / 3) - 1];
      await client.call('CLUSTER', 'ADDSLOTSRANGE', from, to);
      if (client !== first) await first?.call('CLUSTER', 'MEET', '127.0.0.1', ports[i] ?? 0);
    }
    for (const client of clients) {
      await until(async () => /cluster_state:ok/.test(String(await client.call('CLUSTER', 'INFO'))), 20_000);
      client.disconnect();
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { url: `valkey://${ports.map((port) => `127.0.0.1:${port}`).join(',')}`, ports, close };
}

function startNode(program: { file: string; libraries: string | null }, folder: string, port: number): ChildProcess {
  const dir = join(folder, String(port));
  mkdirSync(dir);
  const settings = {
    port: String(port),
    bind: '127.0.0.1',
    dir,
    'cluster-enabled': 'yes',
    'cluster-config-file': 'nodes.conf',
    'cluster-node-timeout': '2000',
    save: '',
    'maxmemory-policy': 'noeviction',
  };
  return spawn(
    program.file,
    Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
    { stdio: 'ignore', env: { ...(program.libraries && { LD_LIBRARY_PATH: program.libraries }) } },
  );
}

/** The cluster bus takes the port 10,000 above. */
async function freePort(): Promise<number> {
  for (;;) {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    server.close();
    if (typeof address === 'object' && address !== null && address.port < 55_000) return address.port;
  }
}
