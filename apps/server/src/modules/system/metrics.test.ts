import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { TestViewer } from '../../../../../packages/media-node/src/edge/testing/test-viewer.ts';
import { type QuietCamera, quietCamera } from '../../testing/quiet-camera.ts';
import { type TestApi, testApi } from '../../testing/test-api.ts';

const root = new URL('../../../../../', import.meta.url);
const page = readFileSync(new URL('docs/operations/metrics.md', root), 'utf8');
const prometheus = fileURLToPath(new URL('deploy/prometheus/', root));
const rules = readFileSync(`${prometheus}alerts.yml`, 'utf8');

let camera: QuietCamera;
let t: TestApi;
let text: string;
/** By name: the labels of its samples, as far as there are any. */
const answered = new Map<string, Set<string>>();
/** Names of samples, those of histograms with their ending. */
const series = new Set<string>();

beforeAll(async () => {
  camera = await quietCamera();
  t = await testApi();
  await t.mediaNode();
  await vi.waitUntil(() => t.api.mediaPlane.ready, { timeout: 8_000 });
  const admin = t.client(await t.admin());
  const { id } = await admin.cameras.create({
    body: { name: 'Gate', source: 'BUS', rtsp_url: `${camera.url}/x`, mode: 'always' },
  });
  const reserved = await admin.streams.reserve({ body: { camera_id: id } });
  const viewer = new TestViewer(reserved.livekit_url.replace('localhost', '127.0.0.1'), reserved.token);
  const taken = async () => /cctv_livekit_webhooks_total\{/.test(await t.client().system.metrics());
  await vi.waitUntil(taken, { timeout: 5_000 }).finally(() => viewer.close());
  text = await t.client().system.metrics();
  for (const line of text.split('\n')) {
    const [, declared, type = ''] = /^# TYPE (\S+) (\S+)/.exec(line) ?? [];
    if (declared !== undefined) {
      answered.set(declared, new Set());
      const endings = type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
      for (const ending of endings) series.add(declared + ending);
    }
    const [, name = '', labels = ''] = /^([a-z_]+)(?:\{(.*)\})? \S+$/.exec(line) ?? [];
    const own = answered.get(name) ?? answered.get(name.replace(/_(bucket|sum|count)$/, ''));
    for (const [, label = ''] of labels.matchAll(/([a-z_]+)="/g)) if (!['node', 'le'].includes(label)) own?.add(label);
  }
}, 60_000);
afterAll(async () => {
  await t?.close();
  await camera?.close();
});

/** Names and labels as the page says them. */
const documented = new Map(
  [...page.matchAll(/^\| `([a-z_]+)` \| ([^|]*)\|/gm)].map(([, name = '', labels = '']) => [
    name,
    [...labels.matchAll(/`([a-z_]+)`/g)].map(([, label = '']) => label).sort(),
  ]),
);
const alerts = [...rules.matchAll(/^ {6}- alert: (\S+)\n((?: {8}.*\n?)+)/gm)].map(([, name = '', body = '']) => {
  const [, first = '', more = ''] = /expr: (.*)\n((?: {10}.*\n)*)/.exec(body) ?? [];
  return { name, body, expression: `${first.replace('>-', '')} ${more.replace(/\s+/g, ' ')}` };
});

describe('the page of metrics', () => {
  it('has every metric of ours, and none that is not there', () => {
    const ours = [...answered.keys()].filter((name) => /^(cctv|websocket)_/.test(name));
    expect([...documented.keys()].sort()).toEqual(ours.sort());
  });

  it('says their labels', () => {
    for (const [name, labels] of answered) {
      const said = documented.get(name);
      if (said && labels.size > 0) expect([name, [...labels].sort()]).toEqual([name, said]);
    }
  });

  it('has every alert with its severity', () => {
    const said = [...page.matchAll(/^\| `(Marsad\w+)` \| (\w+) \|/gm)].map(([, name, severity]) => [name, severity]);
    expect(said).toEqual(alerts.map(({ name, body }) => [name, /severity: (\w+)/.exec(body)?.[1]]));
  });
});

describe('alerts', () => {
  it('are all found here, with a sentence in both languages', () => {
    expect(alerts.length).toBe(rules.match(/- alert:/g)?.length);
    for (const { name, body } of alerts) {
      expect([name, body]).toEqual([name, expect.stringMatching(/ summary: ".{10,}"/)]);
      expect([name, body]).toEqual([name, expect.stringMatching(/ summary_ar: ".*\p{Script=Arabic}{3}/u)]);
    }
  });

  it('ask for series and labels that there are', () => {
    for (const { name, expression } of alerts) {
      const names = [...expression.matchAll(/\b(?:cctv|websocket)_[a-z_]+/g)].map(([found]) => found);
      expect([name, names.filter((each) => !series.has(each))]).toEqual([name, []]);
      if (!expression.startsWith('up{')) expect(names.length).toBeGreaterThan(0);
      for (const [, of = '', filters = ''] of expression.matchAll(/\b(cctv_[a-z_]+)\{([^}]*)\}/g)) {
        for (const [, label = ''] of filters.matchAll(/([a-z_]+)(?:=~|=|!=)/g)) {
          expect([name, documented.get(of)]).toEqual([name, expect.arrayContaining([label])]);
        }
      }
      const depth = [...expression].reduce((open, c) => open + (c === '(' ? 1 : c === ')' ? -1 : 0), 0);
      expect([name, depth]).toEqual([name, 0]);
    }
  });

  it('are right by Prometheus’ own tool, where it is installed', ({ annotate }) => {
    const promtool = (...args: string[]) => spawnSync('promtool', args, { cwd: prometheus, encoding: 'utf8' });
    if (promtool('--version').error) {
      annotate('promtool is not installed');
      return;
    }
    for (const args of [
      ['check', 'rules', 'alerts.yml'],
      ['check', 'config', '--syntax-only', 'prometheus.yml'],
      ['test', 'rules', 'alerts.test.yml'],
    ]) {
      const { status, stdout, stderr } = promtool(...args);
      expect([args.join(' '), status, stdout + stderr]).toEqual([args.join(' '), 0, expect.any(String)]);
    }
    const { stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
    // A documented name, those of the runtime, and quantiles of a window that no summary can have.
    const known = /^(websocket_connections_total|nodejs_|process_|cctv_node_event_loop_)/;
    expect(stderr.split('\n').filter((line) => line !== '' && !known.test(line))).toEqual([]);
  });
});
