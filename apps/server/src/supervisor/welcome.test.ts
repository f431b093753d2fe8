import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../config.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { claimDataFolder } from './data-folder.ts';
import { openAddresses } from './readiness.ts';
import { welcomeLines } from './welcome.ts';

describe('welcome', () => {
  it('shows the sign-ins whose passwords nobody has changed yet', () => {
    const path = temporaryFolder();
    const folder = claimDataFolder(path);
    const config = loadConfig({ MARSAD_HTTP_HOST: '127.0.0.1', MARSAD_DATA: path }, path);
    const show = () => welcomeLines(config, folder, true).join('\n');
    const file = join(path, 'first-admin.json');
    const operators = [{ login: 'metro', password: 'm', agency: 'METRO' }];
    writeFileSync(file, JSON.stringify({ login: 'admin', password: 'secret', operators }));
    expect(show()).toContain('Open     http://127.0.0.1:8088\n  Sign in  admin / secret ');
    expect(show()).toContain(`or as an operator: metro; passwords in ${file}`);
    writeFileSync(file, JSON.stringify({ operators }));
    expect(show()).not.toContain('Sign in');
    rmSync(file);
    expect(show()).not.toContain('operator');
    expect(show()).toContain('12 simulated ones');
    folder.release();
  });

  it('gives addresses that a browser opens', () => {
    const http = loadConfig({}, '/srv').http;
    expect(openAddresses(http)[0]).toBe('http://localhost:8088');
    expect(openAddresses({ ...http, host: '::1', tls: { cert: '', key: '' } })).toEqual(['https://[::1]:8088']);
  });
});
