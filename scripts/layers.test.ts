import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { checkLayers } from './layers.ts';

const folders: string[] = [];

function plant(files: Record<string, string>): string[] {
  const root = mkdtempSync(join(tmpdir(), 'marsad-layers-'));
  folders.push(root);
  const manifest = (name: string) => JSON.stringify({ name, exports: { '.': './src/index.ts' } });
  const packages = {
    'packages/contract/package.json': manifest('@marsad/contract'),
    'packages/media/package.json': manifest('@marsad/media'),
    'packages/media-node/package.json': manifest('@marsad/media-node'),
    'apps/server/package.json': manifest('@marsad/server'),
    'apps/simulator/package.json': manifest('@marsad/simulator'),
    'packages/contract/src/index.ts': "import { z } from 'zod';\nexport const a = z.string();\n",
    'packages/media/src/index.ts': 'export const m = 1;\n',
    'packages/media-node/src/index.ts': "export * from '@marsad/media';\n",
    'apps/simulator/src/index.ts': 'export const s = 1;\n',
  };
  for (const [path, text] of Object.entries({ ...packages, ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return checkLayers(root).problems;
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

describe('layer check', () => {
  it('finds nothing in a tidy tree', () => {
    expect(
      plant({
        'apps/server/src/config.ts': 'export const home = process.env.HOME;\n',
        'apps/server/src/platform/database/database.ts': 'export const d = 1;\n',
        'apps/server/src/modules/cameras/cameras.service.ts': "export * from '../../platform/database/database.ts';\n",
        'apps/server/src/modules/live/live.service.ts': "export * from '../cameras/cameras.service.ts';\n",
        'packages/media-node/src/node.test.ts': "import { s } from '@marsad/simulator';\nexport { s };\n",
      }),
    ).toEqual([]);
  });

  const planted: [string, Record<string, string>, RegExp][] = [
    [
      'a package that imports an app',
      { 'packages/media-node/src/a.ts': "import '@marsad/server';" },
      /must not import apps\/server/,
    ],
    [
      'the same as a type only',
      { 'packages/media/src/a.ts': "import type { N } from '@marsad/media-node';\nexport type M = N;" },
      /packages\/media must not import packages\/media-node/,
    ],
    [
      'the same as a re-export',
      { 'packages/contract/src/b.ts': "export type { M } from '@marsad/media';" },
      /packages\/contract must not import packages\/media/,
    ],
    [
      'the same as an import type in passing',
      { 'packages/media/src/a.ts': "export type M = import('@marsad/contract').C;" },
      /packages\/media must not import packages\/contract/,
    ],
    [
      'the same at run time',
      { 'packages/media/src/a.ts': "export const m = () => import('@marsad/contract');" },
      /packages\/media must not import packages\/contract/,
    ],
    [
      'a library in contract',
      { 'packages/contract/src/b.ts': "import 'pino';" },
      /contract imports nothing but zod, not pino/,
    ],
    [
      'a socket in media',
      { 'packages/media/src/a.ts': "import { connect } from 'node:net';\nexport { connect };" },
      /media imports nothing, not node:net/,
    ],
    [
      'platform that knows a module',
      {
        'apps/server/src/platform/http/http.ts': "import '../../modules/cameras/cameras.service.ts';",
        'apps/server/src/modules/cameras/cameras.service.ts': '',
      },
      /platform must not import modules\/cameras/,
    ],
    [
      'a module behind another’s service',
      {
        'apps/server/src/modules/live/live.service.ts': "import '../cameras/cameras.repository.ts';",
        'apps/server/src/modules/cameras/cameras.repository.ts': '',
      },
      /only through its service/,
    ],
    [
      'a module that knows the supervisor',
      {
        'apps/server/src/modules/live/live.service.ts': "import '../../supervisor/ports.ts';",
        'apps/server/src/supervisor/ports.ts': '',
      },
      /modules must not import supervisor/,
    ],
    [
      'the product that uses the simulator',
      { 'apps/server/src/supervisor/a.ts': "import '@marsad/simulator';" },
      /only tests and benches/,
    ],
    [
      'the product that uses a test',
      {
        'apps/server/src/supervisor/a.ts': "import '../testing/database.ts';",
        'apps/server/src/testing/database.ts': '',
      },
      /what only tests use/,
    ],
    [
      'a way around a package’s name',
      { 'packages/media-node/src/a.ts': "import '../../media/src/index.ts';" },
      /must stay within packages\/media-node/,
    ],
    [
      'another reader of the environment',
      { 'apps/server/src/supervisor/a.ts': 'export const a = process.env.A;' },
      /a\.ts:1: only .* reads process\.env/,
    ],
    [
      'the same in brackets',
      { 'packages/media-node/src/a.ts': "\nexport const a = process['env'];" },
      /a\.ts:2: only .* reads process\.env/,
    ],
    [
      'the same taken apart',
      { 'packages/media-node/src/a.ts': 'export const { env } = process;' },
      /reads process\.env/,
    ],
    [
      'the same by its module',
      { 'packages/media-node/src/a.ts': "import { env } from 'node:process';\nexport { env };" },
      /reads process\.env/,
    ],
    [
      'two files in a circle',
      { 'packages/media/src/a.ts': "import './b.ts';", 'packages/media/src/b.ts': "import './a.ts';" },
      /import cycle: .*a\.ts → .*b\.ts → .*a\.ts/,
    ],
    [
      'a circle of types and re-exports',
      {
        'packages/media/src/a.ts': "export * from './b.ts';",
        'packages/media/src/b.ts': "import type { C } from './c.ts';\nexport type B = C;",
        'packages/media/src/c.ts': "export type C = import('./a.ts').B;",
      },
      /import cycle: (packages\/media\/src\/[abc]\.ts( → )?){4}/,
    ],
  ];
  it.each(planted)('finds %s', (_, files, expected) => {
    expect(plant(files).join('\n')).toMatch(expected);
  });

  it('finds a file that no parser reads', () => {
    expect(() => plant({ 'packages/media/src/a.ts': 'export const = ;' })).toThrow(/a\.ts/);
  });
});
