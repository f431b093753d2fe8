import { Counter, Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { FigureHistory, type FigureHistoryOptions } from './figure-history.ts';

type Node = ReturnType<FigureHistoryOptions['mediaPlane']['nodes']>[number];

/** A node that answers with these figures; null does not answer. */
function node(id: string, figures: Record<string, Record<string, number>> | null): Node {
  return {
    id,
    rpc: {
      connected: true,
      call: async (_method: string, { names }: { names: string[] }) => {
        if (figures === null) throw new Error('away');
        const metrics = Object.entries(figures)
          .filter(([name]) => names.includes(name))
          .map(([name, values]) => ({
            name,
            help: 'Requests',
            type: 'gauge',
            values: Object.entries(values).map(([label, value]) => ({
              value,
              labels: label === '' ? {} : { [name === 'cctv_viewers' ? 'protocol' : 'state']: label },
            })),
          }));
        return { metrics };
      },
    },
  } as unknown as Node;
}

function history(first: Node[]) {
  const registry = new Registry();
  const requests = new Counter({
    name: 'cctv_api_requests_total',
    help: 'Requests',
    labelNames: ['status'],
    registers: [registry],
  });
  let nodes = first;
  let clock = 0;
  const kept = new FigureHistory({
    mediaPlane: { nodes: () => nodes },
    registry,
    now: () => 1_700_000_000_000 + clock,
    monotonic: () => clock,
  });
  return {
    kept,
    requests,
    async take(seconds: number, next: Node[]) {
      clock += seconds * 1000;
      nodes = next;
      await kept.take();
      return kept.figures.samples.at(-1);
    },
  };
}

const counts = (bytesIn: number, bytesOut: number, dropped = 0) => ({
  cctv_ingest_bytes_total: { '': bytesIn },
  cctv_edge_bytes_total: { '': bytesOut },
  cctv_edge_pictures_dropped_total: { '': dropped },
  cctv_node_memory_bytes: { '': 5_000 },
});

it('sums nodes, and makes rates of what they count', async () => {
  const { kept, take, requests } = history([]);
  const viewers = { cctv_viewers: { livekit: 3, whep: 1 }, cctv_ingest_streams: { live: 2, frozen: 1, strange: 9 } };
  const first = await take(0, [node('a', { ...counts(1000, 0), ...viewers }), node('b', counts(0, 500))]);
  expect(first).toMatchObject({ bits_in: 0, bits_out: 0, viewers: { livekit: 3, whep: 1 }, streams: { live: 2 } });
  expect(first?.streams).not.toHaveProperty('strange');
  requests.inc({ status: '503' }, 10);
  requests.inc({ status: '429' }, 10);
  const second = await take(5, [node('a', { ...counts(6000, 0, 10), ...viewers }), node('b', counts(1000, 3000))]);
  expect(second).toMatchObject({ bits_in: 9_600, bits_out: 4_000, pictures_dropped: 2, errors: 2 });
  expect(kept.figures.nodes).toEqual([
    { id: 'a', bits_in: 8_000, bits_out: 0, viewers: 4, memory_bytes: 5_000 },
    { id: 'b', bits_in: 1_600, bits_out: 4_000, viewers: 0, memory_bytes: 5_000 },
  ]);
});

it('is not misled by a node that was restarted, or that did not answer for a while', async () => {
  const { take } = history([]);
  await take(0, [node('a', counts(80_000, 0))]);
  expect((await take(5, [node('a', counts(1_000, 0))]))?.bits_in).toBe(1_600);
  expect(await take(5, [node('a', null)])).toMatchObject({ bits_in: 0, viewers: {} });
  expect((await take(5, [node('a', counts(11_000, 0))]))?.bits_in).toBe(8_000);
});

it('remembers ten minutes', async () => {
  const { kept, take } = history([]);
  for (let at = 0; at < 130; at++) await take(5, [node('a', counts(at, at))]);
  expect(kept.figures.samples).toHaveLength(120);
  expect(Date.parse(kept.figures.samples[119]?.at ?? '') - Date.parse(kept.figures.samples[0]?.at ?? '')).toBe(595_000);
});
