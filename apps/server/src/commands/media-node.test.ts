import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Valkey } from 'iovalkey';
import { expect, it } from 'vitest';
import { loadConfig } from '../config.ts';
import { loadSecrets } from '../secrets.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { silent } from '../testing/test-api.ts';
import { testValkey } from '../testing/valkey.ts';
import { openMediaNode } from './media-node.ts';

it('starts with the two secrets it needs, and neither needs nor makes another', async () => {
  const [installation, folder] = [join(temporaryFolder(), 'secrets'), temporaryFolder()];
  loadSecrets(installation);
  mkdirSync(join(folder, 'secrets'));
  for (const name of ['rpc', 'livekit']) cpSync(join(installation, name), join(folder, 'secrets', name));
  const { url, keyPrefix, close } = testValkey();
  const config = loadConfig({ MARSAD_DATA: folder, MARSAD_EDGE_HOST: '127.0.0.1', VALKEY_URL: url }, folder);
  config.valkey.keyPrefix = keyPrefix;
  Object.assign(config.edge, { port: 0, udpPort: 0, rtsp: null });
  const client = new Valkey(url);
  const node = await openMediaNode(
    config,
    { id: 'alone', roles: ['ingest', 'edge'], index: 0, tellApi: false },
    silent,
  );
  try {
    await expect.poll(() => client.get(`${keyPrefix}node:alone`)).toContain('"id":"alone"');
    expect(readdirSync(join(folder, 'secrets')).sort()).toEqual(['livekit', 'rpc']);
  } finally {
    await node.close();
    client.disconnect();
    await close();
  }
});
