import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { childEnvironment, loadConfig } from '../config.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { until } from '../testing/until.ts';
import { installation } from './folders.ts';
import { askReady } from './readiness.ts';
import { endLeftovers } from './sibling/leftovers.ts';
import { readPidFile } from './sibling/pid-file.ts';
import { identify } from './sibling/process-identity.ts';
import { Supervisor } from './supervisor.ts';
import { Terminal } from './terminal.ts';

async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}

async function makeSettings(dataDir: string): Promise<Record<string, string>> {
  const [http, edge, udp] = await Promise.all([freePort(), freePort(), freePort()]);
  return {
    MARSAD_DATA: dataDir,
    MARSAD_HTTP_HOST: '127.0.0.1',
    MARSAD_HTTP_PORT: http,
    MARSAD_EDGE_HOST: '127.0.0.1',
    MARSAD_EDGE_PORT: edge,
    MARSAD_EDGE_UDP_PORT: udp,
    MARSAD_RTSP: 'off',
    MARSAD_DEMO: 'off',
  };
}

function collect(): { terminal: Terminal; text: () => string } {
  let text = '';
  return { terminal: new Terminal({ write: (part) => (text += part) }), text: () => text };
}

const pidOf = (dataDir: string, name: string) => readPidFile(join(dataDir, 'run', `${name}.pid`))?.pid ?? null;
const roles = ['postgres', 'valkey', 'media-node-1', 'api'];

/** `marsad start` as a process of its own, so that it can be killed. */
function startProcess(settings: Record<string, string>): { child: ChildProcess; text: () => string } {
  let text = '';
  const child = spawn(process.execPath, [join(installation, 'apps/server/src/main.ts'), 'start'], {
    env: childEnvironment(settings),
    cwd: settings.MARSAD_DATA ?? '/',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const take = (part: Buffer) => {
    text += part;
  };
  child.stdout?.on('data', take);
  child.stderr?.on('data', take);
  onTestFinished(() => void child.kill('SIGKILL'));
  return { child, text: () => text };
}

/** One data folder for all: making a database takes longer than everything else. */
describe('marsad start', () => {
  const dataDir = mkdtempSync('/tmp/marsad-t-');
  let settings: Record<string, string> = {};
  beforeAll(async () => {
    settings = await makeSettings(dataDir);
  });
  afterAll(async () => {
    await endLeftovers(join(dataDir, 'run'), []);
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('brings everything up, mends what dies, and takes everything down', async () => {
    const config = loadConfig(settings, dataDir);
    const { terminal, text } = collect();
    const supervisor = new Supervisor({ config, terminal, settings });
    onTestFinished(() => supervisor.close());
    await supervisor.start();
    expect(text()).toContain(`Open     http://127.0.0.1:${config.http.port}`);
    const admin = JSON.parse(readFileSync(join(dataDir, 'first-admin.json'), 'utf8')) as { password: string };
    expect(text()).toContain(`admin / ${admin.password}`);
    expect(statSync(join(dataDir, 'first-admin.json')).mode & 0o777).toBe(0o600);

    const second = new Supervisor({ config, terminal: collect().terminal, settings });
    await expect(second.start()).rejects.toThrow(/already runs with the data folder .* \(process \d+\)/);
    await second.close();

    for (const name of ['api', 'valkey']) {
      const killed = pidOf(dataDir, name) ?? 0;
      process.kill(killed, 'SIGKILL');
      await until(() => ![null, killed].includes(pidOf(dataDir, name)));
    }
    await until(async () => (await askReady(config.http)).ready, 20_000);
    expect(text()).toMatch(/! api was ended by SIGKILL; starting it again in 1 s/);

    const left = roles.map((name) => pidOf(dataDir, name));
    expect(left).not.toContain(null);
    await supervisor.close();
    await supervisor.close();
    for (const pid of left) expect(identify(pid ?? 0)).toBeNull();
  }, 120_000);

  it('takes over or ends what a killed one has left, and ends at a signal', async () => {
    const first = startProcess(settings);
    await until(() => first.text().includes('Ctrl-C'), 80_000);
    const before = Object.fromEntries(roles.map((name) => [name, pidOf(dataDir, name)]));
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    expect(roles.map((name) => pidOf(dataDir, name))).toEqual(Object.values(before));

    const second = startProcess(settings);
    await until(() => second.text().includes('Ctrl-C'), 80_000);
    expect(second.text()).toMatch(/Ended what an earlier start left running: .*api/);
    expect(pidOf(dataDir, 'postgres')).toBe(before.postgres);
    expect(pidOf(dataDir, 'valkey')).toBe(before.valkey);
    expect(pidOf(dataDir, 'api')).not.toBe(before.api);

    const left = roles.map((name) => pidOf(dataDir, name));
    second.child.kill('SIGTERM');
    const [code] = await once(second.child, 'exit');
    expect(code).toBe(0);
    expect(second.text()).toContain('Stopped');
    for (const pid of left) expect(identify(pid ?? 0)).toBeNull();
  }, 120_000);

  it('stops in the middle of a start, and ends everything at once when asked twice', async () => {
    const one = startProcess(settings);
    await until(() => pidOf(dataDir, 'valkey') !== null || pidOf(dataDir, 'postgres') !== null, 20_000);
    one.child.kill('SIGINT');
    expect(await once(one.child, 'exit')).toEqual([130, null]);
    expect(roles.map((name) => pidOf(dataDir, name))).toEqual([null, null, null, null]);
    expect(existsSync(join(dataDir, 'run/supervisor.pid'))).toBe(false);

    const two = startProcess(settings);
    await until(() => pidOf(dataDir, 'postgres') !== null, 20_000);
    // Deaf to every signal but the last.
    process.kill(pidOf(dataDir, 'postgres') ?? 0, 'SIGSTOP');
    two.child.kill('SIGINT');
    await until(() => two.text().includes('Stopping'));
    await new Promise((resolve) => setTimeout(resolve, 800));
    two.child.kill('SIGINT');
    expect(await once(two.child, 'exit')).toEqual([130, null]);
    expect(two.text()).toContain('Ended at once');
    await until(() => roles.every((name) => pidOf(dataDir, name) === null));
  }, 120_000);

  it('names a port that is taken and leaves nothing running', async () => {
    const server = createServer().listen(Number(settings.MARSAD_HTTP_PORT), '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { child, text } = startProcess(settings);
    const [code] = await once(child, 'exit');
    expect(code).toBe(1);
    expect(text()).toMatch(/MARSAD_HTTP_PORT\) is taken by process \d+/);
    expect(text()).toContain('What to do: ');
    expect(roles.map((name) => pidOf(dataDir, name))).toEqual([null, null, null, null]);
  }, 120_000);

  it('ends with 2 and one line for each wrong setting', async () => {
    const { child, text } = startProcess({ MARSAD_DATA: temporaryFolder(), MARSAD_DEMO: 'x', MARSAD_HTTP_PORT: 'y' });
    expect((await once(child, 'exit'))[0]).toBe(2);
    expect(text().trim().split('\n')).toEqual([
      'MARSAD_HTTP_PORT: must be a port number',
      'MARSAD_DEMO: must be auto, on or off',
    ]);
  });
});
