import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { settingNames } from '../settings.ts';
import { settingsMarkdown, settingsText } from './settings.ts';

describe('list of settings', () => {
  it('is what the documentation says (if not: npm run settings)', () => {
    const page = readFileSync(new URL('../../../../docs/operations/settings.md', import.meta.url), 'utf8');
    expect(page).toBe(settingsMarkdown());
  });

  it.each(settingNames)('has %s with its meaning', (name) => {
    const lines = settingsText().split('\n');
    const at = lines.findIndex((line) => line.trim().split(/[ ,]/)[0] === name);
    expect(lines[at + 1]?.trim().length).toBeGreaterThan(15);
  });
});
