import {
  closeSync,
  copyFileSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  truncateSync,
} from 'node:fs';
import { dirname } from 'node:path';

const largest = 10 * 1024 * 1024;
const kept = 3;

/**
 * The log of one sibling: `<role>.log` and up to three older ones of 10 MB each.
 * The sibling writes to the file itself and not through a pipe of ours, so that it outlives the supervisor.
 */
export class LogFile {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  }

  /** A descriptor for the sibling, positioned at the end whatever happens to the file. The caller closes it. */
  open(): number {
    return openSync(this.path, 'a', 0o600);
  }

  /** Length in bytes now; 0 when there is no file. */
  size(): number {
    if (!existsSync(this.path)) return 0;
    const descriptor = openSync(this.path, 'r');
    try {
      return fstatSync(descriptor).size;
    } finally {
      closeSync(descriptor);
    }
  }

  /** The last lines as one text; `(empty)` when there are none. */
  lastLines(count: number): string {
    const size = this.size();
    if (size === 0) return '(empty)';
    const bytes = Buffer.alloc(Math.min(size, 16 * 1024));
    const descriptor = openSync(this.path, 'r');
    try {
      readSync(descriptor, bytes, 0, bytes.length, size - bytes.length);
    } finally {
      closeSync(descriptor);
    }
    return bytes.toString().trimEnd().split('\n').slice(-count).join('\n');
  }

  /**
   * Begins anew when the file is too long. The writer keeps its descriptor, so the file is copied and emptied; lines
   * written in the moment between are lost, which a log can bear.
   * @returns whether it did
   */
  rotate(): boolean {
    if (this.size() < largest) return false;
    rmSync(`${this.path}.${kept}`, { force: true });
    for (let age = kept - 1; age >= 1; age--) {
      if (existsSync(`${this.path}.${age}`)) renameSync(`${this.path}.${age}`, `${this.path}.${age + 1}`);
    }
    copyFileSync(this.path, `${this.path}.1`);
    truncateSync(this.path);
    return true;
  }
}
