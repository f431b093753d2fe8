// Writes docs/operations/settings.md from the schema that validates the settings.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { settingsMarkdown } from '../apps/server/src/commands/settings.ts';

const page = fileURLToPath(new URL('../docs/operations/settings.md', import.meta.url));
mkdirSync(dirname(page), { recursive: true });
writeFileSync(page, settingsMarkdown());
console.log(`written: ${page}`);
