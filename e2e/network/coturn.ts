import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../fixtures/ports.ts';
import { until } from '../fixtures/until.ts';

const sample = new URL('../../deploy/coturn/turnserver.conf', import.meta.url);

/** Debian's coturn with the configuration Marsad ships, at `address` on a port of its own. */
export class Coturn {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(child: ChildProcess, port: number, folder: string) {
    this.#child = child;
    this.port = port;
    this.#folder = folder;
  }

  /** `peer`: the only address it relays to. Rejects with what it said when it does not listen within 5 s. */
  static async start(options: { address: string; peer: string; secret: string }): Promise<Coturn> {
    const { address, peer, secret } = options;
    const [port, folder] = await Promise.all([freePort(), mkdtemp(join(tmpdir(), 'marsad-coturn-'))]);
    const file = join(folder, 'turnserver.conf');
    const text = (await readFile(sample, 'utf8'))
      .replace('listening-port=3478', `listening-port=${port}`)
      .replaceAll('192.0.2.10', address)
      .replaceAll('192.0.2.20', peer)
      .replace('CHANGE-ME', secret)
      .replace(/^syslog$/m, 'log-file=stdout');
    await writeFile(file, `${text}\nuserdb=${join(folder, 'turndb')}\npidfile=${join(folder, 'pid')}\n`);
    const child = spawn('turnserver', ['-c', file], { stdio: ['ignore', 'pipe', 'pipe'] });
    const said: string[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => said.push(String(chunk)));
    const coturn = new Coturn(child, port, folder);
    try {
      await until(() => listens(address, port), 5000, 'coturn to listen');
    } catch (cause) {
      await coturn.stop();
      throw new Error(`coturn did not start. It said:\n${said.join('')}`, { cause });
    }
    return coturn;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill('SIGKILL');
      await once(this.#child, 'exit');
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function listens(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port });
    socket.once('connect', () => resolve(socket.destroy() !== null));
    socket.once('error', () => resolve(false));
  });
}
