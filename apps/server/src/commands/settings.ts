import { describeSetting, settingNames } from '../settings.ts';

/** Every setting as lines for a terminal. */
export function settingsText(): string {
  const lines = ['Settings are environment variables. Those without a default are optional.'];
  for (const [section, names] of sections()) {
    lines.push('', `${section}:`);
    for (const name of names) {
      const { text, unit, fallback, ...rest } = describeSetting(name);
      const value = rest.default ?? fallback ?? '';
      lines.push('', `  ${name}${unit ? ` (${unit})` : ''}${value === '' ? '' : `, default ${value}`}`);
      lines.push(...wrap(text, 96).map((line) => `      ${line}`));
    }
  }
  return `${lines.join('\n')}\n`;
}

/** The same as a page of the documentation. */
export function settingsMarkdown(): string {
  const lines = [
    '# Settings',
    '',
    'Settings are environment variables, read once when a process starts. Wrong ones are all named at once, and the',
    'process ends with exit code 2. This page is written from the schema that checks them (`npm run settings`).',
  ];
  for (const [section, names] of sections()) {
    lines.push('', `## ${section}`, '', '| Setting | Default | Meaning |', '|---|---|---|');
    for (const name of names) {
      const { text, unit, fallback, secret, ...rest } = describeSetting(name);
      const value = rest.default ? `\`${rest.default}\`${unit ? ` ${unit}` : ''}` : (fallback ?? '');
      lines.push(
        `| \`${name}\` | ${value} | ${text}${unit && !rest.default ? ` In ${unit}.` : ''}${secret ? ' Secret.' : ''} |`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

function sections(): Map<string, (typeof settingNames)[number][]> {
  return Map.groupBy(settingNames, (name) => describeSetting(name).section);
}

function wrap(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.length - 1;
    const longer = `${lines[last]} ${word}`.trim();
    if (longer.length <= width) lines[last] = longer;
    else lines.push(word);
  }
  return lines;
}
