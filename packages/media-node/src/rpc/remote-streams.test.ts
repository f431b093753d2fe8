import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Ingest } from '../ingest/ingest.ts';
import type { SourceFactory, SourceListener } from '../ingest/source/source.ts';
import { MemorySink, picture, videoTrack } from '../testing/pictures.ts';
import { NodeService } from './node-service.ts';
import { RemoteStreams } from './remote-streams.ts';
import { RoutedStreams } from './routed-streams.ts';
import { RpcServer } from './rpc-server.ts';

const log = pino({ level: 'silent' });
const secret = 'a secret of some length';
let folder: string;
const opened: { close(): unknown }[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'remote-'));
});

afterEach(async () => {
  for (const part of opened.splice(0).reverse()) await part.close();
  rmSync(folder, { recursive: true });
});

/** An ingest node whose cameras the test plays. */
async function node(name: string) {
  const listeners = new Map<string, SourceListener>();
  const connect = ({ url }: { url: string }): SourceFactory => ({
    open: (listener) => ({
      start: () => {
        listeners.set(url, listener);
        listener.tracks([videoTrack]);
      },
      close: () => listeners.delete(url),
    }),
    probe: async () => null,
  });
  const ingest = new Ingest({ connect, log });
  const remote = new RemoteStreams({ secret, log });
  const address = `unix:${join(folder, `${name}.sock`)}`;
  const service = new NodeService({
    id: name,
    roles: ['ingest'],
    address,
    ingest,
    remote,
    registry: new Registry(),
    log,
  });
  const { handlers } = service;
  const server = new RpcServer({ listen: address, secret, log, handlers, onPeerGone: (peer) => service.gone(peer) });
  await server.start();
  const kill = async () => {
    await server.close();
    ingest.close();
    remote.close();
  };
  opened.push({ close: kill });
  const assign = (...cameras: string[]) =>
    ingest.assign(
      1,
      cameras.map((id) => ({ id, main: { url: id }, sub: null, mode: 'always', transport: 'auto' })),
    );
  const play = (camera: string, from: number, to: number, bytes = 100) => {
    for (let i = from; i <= to; i++) {
      listeners.get(camera)?.unit(picture(i, { key: i % 10 === 0, nals: [Buffer.alloc(bytes, i)] }));
    }
  };
  const playing = (camera: string) => vi.waitFor(() => expect(listeners.has(camera)).toBe(true));
  return { address, ingest, assign, play, playing, kill, service };
}

function edge(): RemoteStreams {
  const remote = new RemoteStreams({ secret, log, lingerMs: 50 });
  opened.push(remote);
  return remote;
}

const key = { camera: 'a', profile: 'main' } as const;
const eventually = (check: () => void) => vi.waitFor(check, { timeout: 5000 });

describe('RemoteStreams', () => {
  it('brings tracks, the current GOP and what follows, and subscribes once for all its sinks', async () => {
    const one = await node('one');
    one.assign('a');
    await one.playing('a');
    one.play('a', 0, 14);
    const remote = edge();
    remote.route(new Map([['a', one.address]]));
    const sinks = [new MemorySink(), new MemorySink()];
    for (const sink of sinks) remote.subscribe(key, sink);
    for (const sink of sinks) await eventually(() => expect(sink.numbers).toEqual([10, 11, 12, 13, 14]));
    one.play('a', 15, 20);
    for (const sink of sinks) {
      await eventually(() => expect(sink.numbers.at(-1)).toBe(20));
      expect(sink.replayed).toBe(5);
      expect(sink.state).toBe('live');
      expect(sink.trackSets.at(-1)).toEqual([videoTrack]);
      expect(sink.units.at(-1)?.parameterSets).toEqual(videoTrack.parameterSets);
    }
    expect([...one.ingest.streams()][0]?.fanout.sinks).toBe(1);
    const late = new MemorySink();
    remote.subscribe(key, late);
    await eventually(() => expect(late.numbers).toEqual([20]));
  });

  it('gives the subscription back after the last sink left', async () => {
    const one = await node('one');
    one.assign('a');
    const remote = edge();
    remote.route(new Map([['a', one.address]]));
    const subscription = remote.subscribe(key, new MemorySink());
    const sinks = () => [...one.ingest.streams()][0]?.fanout.sinks;
    await eventually(() => expect(sinks()).toBe(1));
    subscription.close();
    await eventually(() => expect(sinks()).toBe(0));
    expect(remote.count).toBe(0);
  });

  it('says UNASSIGNED without a route and NODE_LOST while the node is away, and recovers from both', async () => {
    const remote = edge();
    const sink = new MemorySink();
    remote.subscribe(key, sink);
    await eventually(() => expect(sink.reason).toBe('UNASSIGNED'));
    remote.route(new Map([['a', `unix:${join(folder, 'one.sock')}`]]));
    await eventually(() => expect(sink.reason).toBe('NODE_LOST'));
    const one = await node('one');
    await eventually(() => expect(sink.reason).toBe('UNASSIGNED'));
    one.assign('a');
    await one.playing('a');
    one.play('a', 0, 3);
    await eventually(() => expect(sink.numbers).toEqual([0, 1, 2, 3]));
    await one.kill();
    await eventually(() => expect(sink.reason).toBe('NODE_LOST'));
    const again = await node('one');
    again.assign('a');
    await again.playing('a');
    again.play('a', 30, 33);
    await eventually(() => expect(sink.numbers.at(-1)).toBe(33));
    expect(sink.state).toBe('live');
  });

  it('moves a stream whose camera was placed on another node', async () => {
    const [one, two] = [await node('one'), await node('two')];
    one.assign('a', 'b');
    await one.playing('a');
    one.play('a', 0, 5);
    const remote = edge();
    remote.route(
      new Map([
        ['a', one.address],
        ['b', one.address],
      ]),
    );
    const [a, b] = [new MemorySink(), new MemorySink()];
    remote.subscribe(key, a);
    remote.subscribe({ ...key, camera: 'b' }, b);
    await eventually(() => expect(a.numbers).toEqual([0, 1, 2, 3, 4, 5]));
    two.assign('a');
    await two.playing('a');
    two.play('a', 100, 101);
    remote.route(
      new Map([
        ['a', two.address],
        ['b', one.address],
      ]),
    );
    await eventually(() => expect(a.numbers).toEqual([0, 1, 2, 3, 4, 5, 100, 101]));
    const states = b.statuses.length;
    one.play('b', 0, 1);
    await eventually(() => expect(b.numbers).toEqual([0, 1]));
    expect(b.statuses.slice(states - 1).map(({ reason }) => reason)).not.toContain('NODE_LOST');
  });

  it('bounds what waits for a peer that does not read: whole pictures are lost up to the next key', async () => {
    const one = await node('one');
    one.assign('a');
    await one.playing('a');
    const remote = edge();
    remote.route(new Map([['a', one.address]]));
    const sink = new MemorySink();
    remote.subscribe(key, sink);
    one.play('a', 0, 0);
    await eventually(() => expect(sink.units.length).toBe(1));
    // 60 MB at once, in one turn of the event loop: nothing can be written meanwhile.
    one.play('a', 1, 605, 100_000);
    const fanout = [...one.ingest.streams()][0]?.fanout;
    expect(fanout?.dropped).toBeGreaterThan(500);
    await eventually(() => expect(sink.units.length).toBeGreaterThan(10));
    await new Promise((resolve) => setTimeout(resolve, 200));
    one.play('a', 609, 612);
    await eventually(() => expect(sink.numbers.at(-1)).toBe(612));
    for (const [i, unit] of sink.units.entries()) {
      const before = sink.units[i - 1];
      if (before && !unit.key) expect(unit.pts - before.pts).toBe(3600);
    }
  });
});

describe('RoutedStreams', () => {
  it('takes a camera from this process or from another node, and follows it', async () => {
    const [here, there] = [await node('here'), await node('there')];
    for (const one of [here, there]) {
      one.assign('a');
      await one.playing('a');
    }
    here.play('a', 0, 1);
    there.play('a', 100, 101);
    const remote = edge();
    let local = true;
    const routed = new RoutedStreams(here.ingest, remote, () => local);
    remote.route(new Map([['a', there.address]]));
    const sink = new MemorySink();
    const subscription = routed.subscribe(key, sink);
    await eventually(() => expect(sink.numbers).toEqual([0, 1]));
    local = false;
    routed.refresh();
    await eventually(() => expect(sink.numbers).toEqual([0, 1, 100, 101]));
    local = true;
    routed.refresh();
    await eventually(() => expect(sink.numbers).toEqual([0, 1, 100, 101, 0, 1]));
    subscription.close();
    here.play('a', 2, 2);
    expect(sink.numbers.length).toBe(6);
  });
});
