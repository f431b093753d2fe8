import { readFileSync } from 'node:fs';
import { CameraInput } from '@marsad/contract';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../config.ts';
import { testDatabase } from '../testing/database.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { demonstrationWanted, farmAnswers, farmProgress, writeDemonstrationList } from './demonstration.ts';

describe('demonstration', () => {
  it('is wanted until there is a camera that is not of the simulator', async () => {
    const database = await testDatabase();
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query('create table cameras (demo boolean not null)');
    expect(await demonstrationWanted('auto', database.url)).toBe(true);
    await client.query('insert into cameras values (true)');
    expect(await demonstrationWanted('auto', database.url)).toBe(true);
    await client.query('insert into cameras values (false)');
    expect(await demonstrationWanted('auto', database.url)).toBe(false);
    expect(await demonstrationWanted('on', database.url)).toBe(true);
    expect(await demonstrationWanted('off', database.url)).toBe(false);
    await client.end();
    await database.close();
  });

  it('writes the simulator’s cameras down as the catalogue takes them', async () => {
    const folder = temporaryFolder();
    const ports = { MARSAD_DEMO_RTSP_PORT: '20554', MARSAD_DEMO_ONVIF_PORT: '20555' };
    const config = loadConfig({ MARSAD_DEMO_CAMERAS: '5', ...ports }, folder);
    const file = await writeDemonstrationList(config, folder, new AbortController().signal);
    const cameras = CameraInput.array().parse(JSON.parse(readFileSync(file, 'utf8')));
    expect(cameras).toHaveLength(5);
    expect(cameras[0]?.rtsp_url).toMatch(/^rtsp:\/\/127\.0\.0\.1:20554\//);
    expect(cameras[0]?.ptz_url).toBe('http://127.0.0.1:20555/cam-0001/onvif/device_service');
    expect(cameras[1]).toMatchObject({ ptz_enabled: false, ptz_url: null });
  });

  it('reads from the farm’s log what it is drawing, this time', () => {
    const line = (percent: number) => `{"percent":${percent},"msg":"encoding"}\n`;
    expect(farmProgress(`${line(30)}${line(40)}`)).toContain('pictures, 40 %');
    expect(farmProgress(`${line(100)}{"msg":"farm is running"}\n`)).toBeNull();
    expect(farmProgress(`{"msg":"farm is running"}\n${line(10)}`)).toContain('10 %');
    expect(farmProgress('(empty)')).toBeNull();
  });

  it('knows when nobody answers', async () => {
    expect(await farmAnswers(loadConfig({ MARSAD_DEMO_ONVIF_PORT: '1' }, '/srv'))).toBe(false);
  });
});
