import { chmodSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { loadConfig } from './config.ts';
import { livekitCredentials, loadSecrets } from './secrets.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

describe('secrets', () => {
  it('are made once, for the owner alone', () => {
    const folder = join(temporaryFolder(), 'secrets');
    const made = loadSecrets(folder);
    expect(made.cameraKey).toHaveLength(32);
    expect(made.livekit.apiSecret.length).toBeGreaterThanOrEqual(32);
    expect(made.issuer.privateKeyPem).toContain('BEGIN PRIVATE KEY');
    expect(loadSecrets(folder)).toEqual(made);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const name of ['issuer.pem', 'livekit', 'rpc', 'database', 'camera-key'])
      expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  });

  it('are closed again when somebody has opened them', () => {
    const folder = temporaryFolder();
    loadSecrets(folder);
    chmodSync(join(folder, 'rpc'), 0o644);
    loadSecrets(folder);
    expect(statSync(join(folder, 'rpc')).mode & 0o777).toBe(0o600);
  });

  it('differ between installations, and one that is lost is made anew alone', () => {
    const folder = temporaryFolder();
    const before = loadSecrets(folder);
    rmSync(join(folder, 'rpc'));
    const after = loadSecrets(folder);
    expect(after.rpcSecret).not.toBe(before.rpcSecret);
    expect({ ...after, rpcSecret: '' }).toEqual({ ...before, rpcSecret: '' });
  });

  it('are the same for processes that start at the same moment', async () => {
    const folder = temporaryFolder();
    const source = `
      import { parentPort, workerData } from 'node:worker_threads';
      const { loadSecrets } = await import(workerData.module);
      parentPort.postMessage(loadSecrets(workerData.folder).rpcSecret);
    `;
    const module = new URL('./secrets.ts', import.meta.url).href;
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => {
        const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`), {
          workerData: { module, folder },
        });
        return new Promise<string>((resolve, reject) => worker.once('message', resolve).once('error', reject));
      }),
    );
    expect(new Set(answers).size).toBe(1);
  });

  it('give way to a configured LiveKit', () => {
    const folder = temporaryFolder();
    const secrets = loadSecrets(folder);
    expect(livekitCredentials(loadConfig({}, folder), secrets)).toEqual(secrets.livekit);
    const apiSecret = 's'.repeat(32);
    const configured = loadConfig({ LIVEKIT_API_KEY: 'key', LIVEKIT_API_SECRET: apiSecret }, folder);
    expect(livekitCredentials(configured, secrets)).toEqual({ apiKey: 'key', apiSecret });
  });

  it('say when their folder is a file', () => {
    const file = join(temporaryFolder(), 'secrets');
    writeFileSync(file, '');
    expect(() => loadSecrets(file)).toThrow(/EEXIST|ENOTDIR/);
  });
});
