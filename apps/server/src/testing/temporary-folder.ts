import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { onTestFinished } from 'vitest';

/** A folder that goes away with the test. Its path is short enough for sockets, and other accounts may pass through. */
export function temporaryFolder(): string {
  const folder = mkdtempSync('/tmp/marsad-t-');
  chmodSync(folder, 0o711);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
