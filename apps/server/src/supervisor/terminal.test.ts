import { describe, expect, it } from 'vitest';
import { StartError } from './start-error.ts';
import { Terminal } from './terminal.ts';

function makeTerminal(isTTY: boolean) {
  let text = '';
  const terminal = new Terminal({ isTTY, write: (part: string) => (text += part) });
  return { terminal, text: () => text };
}

/** Begins a terminal's control sequence (ECMA-48). */
const controlStart = String.fromCharCode(27);

describe('terminal', () => {
  it('writes plain lines when it is a file', async () => {
    const { terminal, text } = makeTerminal(false);
    const result = await terminal.step(
      'Database',
      async (note) => {
        note('creating');
        note('creating');
        return 7;
      },
      (steps) => `${steps} steps`,
    );
    expect(result).toBe(7);
    expect(text().replace(/\d\.\d s/, 'N s')).toBe(
      '  … Database\n  … Database: creating\n  ✓ Database: 7 steps (N s)\n',
    );
  });

  it('draws running steps in place on a terminal', async () => {
    const { terminal, text } = makeTerminal(true);
    await Promise.all([
      terminal.step('One', (note) => {
        note('half');
        return new Promise((resolve) => setTimeout(resolve, 150));
      }),
      terminal.step('Two', async () => terminal.warn('careful')),
    ]);
    terminal.close();
    expect(text()).toContain(`${controlStart}[1A${controlStart}[J`);
    expect(text()).toContain('One: half');
    expect(text()).toMatch(/ ! careful\n/);
    expect(text()).toMatch(/✓ Two: done/);
  });

  it('says what to do after a failure', async () => {
    const { terminal, text } = makeTerminal(false);
    const error = new StartError('No room.', 'Make some.');
    await expect(terminal.step('Disk', () => Promise.reject(error))).rejects.toBe(error);
    terminal.failure(error);
    terminal.failure(new Error('unexpected'));
    expect(text()).toMatch(/✗ Disk/);
    expect(text()).toContain('No room.\n  What to do: Make some.\n');
    expect(text()).toContain('Error: unexpected');
  });
});
