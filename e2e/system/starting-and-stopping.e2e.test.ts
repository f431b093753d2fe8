import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { createClient } from '@marsad/contract';
import { expect, it, onTestFinished } from 'vitest';
import { newPlace, type Place, RunningMarsad, spawnMarsad } from '../fixtures/running-marsad.ts';
import { until } from '../fixtures/until.ts';
import { partsOf, pidOf, processesOf } from './processes.ts';

const settings = { demoCameras: 0, settings: { MARSAD_MEDIA_NODES: 'ingest,edge' } };

/** A place that is empty again after the test, whatever became of it. */
async function place(): Promise<Place> {
  const made = await newPlace();
  onTestFinished(async () => {
    for (const { pid } of processesOf(made.dataDir)) process.kill(pid, 'SIGKILL');
    await rm(made.dataDir, { recursive: true, force: true });
  });
  return made;
}

async function taken(port: number): Promise<boolean> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  const [outcome] = await Promise.race([
    once(server, 'listening').then(() => [false]),
    once(server, 'error').then(() => [true]),
  ]);
  server.close();
  return outcome === true;
}

/** Nothing of a start is left: neither a process nor a port. What was ended may need a moment to be gone. */
async function expectNothingLeft(at: Place): Promise<void> {
  await until(() => processesOf(at.dataDir).length === 0, 2_000, 'all processes to be gone').catch(() => {});
  expect(processesOf(at.dataDir)).toEqual([]);
  expect([await taken(at.httpPort), await taken(at.edgePort)]).toEqual([false, false]);
}

it('says which port is taken, by whom, and which setting changes it, and leaves nothing behind', async () => {
  const at = await place();
  const squatter = createServer();
  squatter.listen(at.httpPort, '127.0.0.1');
  await once(squatter, 'listening');
  onTestFinished(() => void squatter.close());
  const { child, output } = spawnMarsad(at, settings);
  const [code] = await once(child, 'exit');
  const said = output.join('');
  expect(code).toBe(1);
  expect(said).toContain(`TCP port ${at.httpPort} on 127.0.0.1`);
  expect(said).toContain('MARSAD_HTTP_PORT');
  expect(said).toContain(`process ${process.pid}`);
  expect(processesOf(at.dataDir)).toEqual([]);
}, 60_000);

it('stops when told to in the middle of starting, and starts again as if nothing had been', async ({ annotate }) => {
  const at = await place();
  for (const moment of ['PostgreSQL', 'Media nodes and api']) {
    const { child, output } = spawnMarsad(at, settings);
    const exit = once(child, 'exit');
    await until(() => output.join('').includes(moment), 90_000, `the start to come to ${moment}`);
    const began = performance.now();
    child.kill('SIGINT');
    const [code] = await exit;
    await annotate(`Ctrl-C at ${moment}: ended after ${Math.round(performance.now() - began)} ms`);
    expect(code).toBe(130);
    await expectNothingLeft(at);
  }
  const began = performance.now();
  const marsad = await RunningMarsad.start({ ...settings, place: at });
  await annotate(`the start after that: ${Math.round(performance.now() - began)} ms`);
  expect((await marsad.client.auth.me()).login).toBe('admin');
  await marsad.stop({ keepData: true });
  await expectNothingLeft(at);
}, 180_000);

it('goes on without its supervisor, and the next start takes over and ends what it finds', async ({ annotate }) => {
  const at = await place();
  const first = await RunningMarsad.start({ ...settings, place: at });
  const body = { name: 'Gate', source: 'OTHER' as const, rtsp_url: 'rtsp://127.0.0.1:9/gate' };
  const { id } = await first.client.cameras.create({ body });
  const token = await first.accessToken();
  const before = partsOf(at.dataDir);
  process.kill(pidOf(at.dataDir, 'supervisor'), 'SIGKILL');

  const orphaned = createClient({ baseUrl: first.url, token: () => token });
  expect((await orphaned.cameras.get({ params: { id } })).name).toBe('Gate');
  expect((await orphaned.system.ready()).status).toBe('ready');

  const began = performance.now();
  const second = await RunningMarsad.start({ ...settings, place: at });
  // The orphans answer at this address too, until they are ended.
  await until(() => second.output.includes('Sign in'), 60_000, 'the second start to be through');
  await annotate(`the second start: ${Math.round(performance.now() - began)} ms`);
  expect(second.output).toMatch(/Ended what an earlier start left running: .*api/);
  const after = partsOf(at.dataDir);
  expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
  for (const [name, pid] of before) {
    const adopted = name === 'postgres' || name === 'valkey';
    expect([name, after.get(name) === pid]).toEqual([name, adopted]);
  }
  expect(second.admin).toEqual(first.admin);
  expect((await second.client.cameras.get({ params: { id } })).name).toBe('Gate');

  await second.stop({ keepData: true });
  await expectNothingLeft(at);
}, 180_000);
