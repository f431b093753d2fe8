import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Ingress, IngressFile } from './ingress-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ingress-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const ingress = (id: string): Ingress => ({
  ...{ id, name: 'n', streamKey: `key of ${id}`, roomName: 'r', participantIdentity: 'i' },
  ...{ participantName: 'p', participantMetadata: '', enabled: true },
});
const unbroken = (error: Error) => {
  throw error;
};

test('what is saved last is there again, readable by its owner alone', async () => {
  const path = join(folder, 'deeper', 'ingress.json');
  const file = new IngressFile(path);
  expect(await file.load(unbroken)).toEqual([]);
  await Promise.all([file.save([ingress('a')]), file.save([ingress('a'), ingress('b')]), file.save([ingress('b')])]);
  expect(await new IngressFile(path).load(unbroken)).toEqual([ingress('b')]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(folder, 'deeper'))).toEqual(['ingress.json']);
});

test.each(['', '{"version":1', '{"version":2,"ingresses":[]}'])(
  'a broken file is put aside and told: %s',
  async (text) => {
    const path = join(folder, 'ingress.json');
    writeFileSync(path, text);
    const told: Error[] = [];
    const file = new IngressFile(path);
    expect(await file.load((error) => told.push(error))).toEqual([]);
    expect(told).toHaveLength(1);
    expect(readFileSync(`${path}.broken`, 'utf8')).toBe(text);
    await file.save([ingress('c')]);
    expect(await file.load(unbroken)).toEqual([ingress('c')]);
  },
);

test('what cannot be written is said, and does not keep the next from being written', async () => {
  const occupied = join(folder, 'kept');
  writeFileSync(occupied, '');
  const file = new IngressFile(join(occupied, 'ingress.json'));
  await expect(file.save([ingress('c')])).rejects.toThrow();
  rmSync(occupied);
  await file.save([ingress('d')]);
  expect(await file.load(unbroken)).toEqual([ingress('d')]);
});
