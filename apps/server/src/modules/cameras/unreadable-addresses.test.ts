import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi } from '../../api.ts';
import { type TestApi, testApi } from '../../testing/test-api.ts';

let t: TestApi;
beforeAll(async () => {
  t = await testApi();
}, 60_000);
afterAll(() => t?.close());

describe('a camera whose address cannot be read', () => {
  it('says so, is complained of once, keeps no other camera and no api from working, and can be repaired', async () => {
    const admin = t.client(await t.admin());
    const make = (name: string) =>
      admin.cameras.create({
        body: { name, source: 'METRO', rtsp_url: 'rtsp://a:word@127.0.0.1:9/x', mode: 'always' },
      });
    const [broken, well] = [(await make('Broken')).id, (await make('Well')).id];
    await t.query(`update cameras set main_url = set_byte(main_url, 20, get_byte(main_url, 20) # 1) where id = $1`, [
      broken,
    ]);
    const lines: string[] = [];
    const log = pino({ level: 'error' }, { write: (line: string) => void lines.push(line) });
    const second = await startApi(t.config, { log, dashboard: join(t.config.dataDir, 'dashboard') });
    try {
      await t.mediaNode();
      const reason = async (id: string) => (await admin.cameras.get({ params: { id } })).state_reason;
      await expect.poll(() => reason(broken), { timeout: 10_000 }).toBe('ADDRESS_INVALID');
      await expect.poll(() => reason(well), { timeout: 10_000 }).toBe('CONNECTION_REFUSED');
      const change = (body: object) => admin.cameras.update({ params: { id: broken }, body });
      expect((await change({ name: 'Named' })).name).toBe('Named');
      await expect.poll(() => reason(broken), { timeout: 10_000 }).toBe('ADDRESS_INVALID');
      await expect(change({ rtsp_url: 'rtsp://a:***@127.0.0.1:9/x' })).rejects.toMatchObject({
        code: 'VALIDATION_FAILED',
        facts: { field: 'rtsp_url' },
      });
      await change({ rtsp_url: 'rtsp://a:word@127.0.0.1:9/x' });
      await expect.poll(() => reason(broken), { timeout: 10_000 }).toBe('CONNECTION_REFUSED');
    } finally {
      await second.close();
    }
    expect(lines.filter((line) => line.includes(broken))).toHaveLength(1);
    expect(lines.join()).not.toContain(well);
  }, 60_000);
});
