// Feeds everything that reads from the network with mutated inputs, for as long as one likes; `--help` says how.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { FuzzFailure, type FuzzTarget, mediaTargets, runFuzz } from '@marsad/media/testing/fuzz';
import { edgeTargets } from '@marsad/media-node/testing/edge';
import { ingestTargets } from '@marsad/media-node/testing/ingest';
import { root } from './test/programs.ts';

/** What the heap may have grown by at the end of a target, megabytes: the inputs of one session and nothing else. */
const maxGrowthMb = 64;

const targets = [...mediaTargets, ...edgeTargets, ...ingestTargets];

const usage = `npm run fuzz -- [targets] [options]      mutated inputs for everything that reads from the network

  --inputs <count>   inputs per target (100000)
  --seed <number>    another one gives other inputs (1)
  --skip <sessions>  goes on behind what a run with the same seed has done, 500 inputs a session (0)
  --help             this

Targets (all of them when none is named):
  ${targets.map(({ name }) => name).join(', ')}

Ends at the first input that breaks a contract, hangs, or when memory grows; the session's inputs are then in
.cache/fuzz, one file each, the last of which did it.`;

interface Wanted {
  targets: readonly FuzzTarget[];
  inputs: number;
  seed: number;
  skip: number;
}

/** @returns null when only the usage is asked for. @throws Error that says in one line what cannot be done */
function wanted(): Wanted | null {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      inputs: { type: 'string', default: '100000' },
      seed: { type: 'string', default: '1' },
      skip: { type: 'string', default: '0' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return null;
  const whole = (name: 'inputs' | 'seed' | 'skip'): number => {
    const value = Number(values[name]);
    if (values[name].trim() !== '' && Number.isSafeInteger(value) && value >= 0) return value;
    throw new Error(`--${name} takes a whole number, not "${values[name]}"`);
  };
  const unknown = positionals.filter((name) => !targets.some((target) => target.name === name));
  if (unknown.length > 0) {
    throw new Error(`There is no target ${unknown.join(', ')}: ${targets.map(({ name }) => name).join(', ')}`);
  }
  return {
    targets: positionals.length === 0 ? targets : targets.filter(({ name }) => positionals.includes(name)),
    inputs: whole('inputs'),
    seed: whole('seed'),
    skip: whole('skip'),
  };
}

// What is garbage must not count: V8 gives its collector only to those who ask at run time.
setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

/** Buffers that are garbage go some turns after what held them. */
async function heapMb(): Promise<number> {
  for (let turn = 0; turn < 3; turn += 1) {
    collect();
    await wait(50);
  }
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1e6;
}

function keep({ target, inputs }: FuzzFailure): string {
  const folder = join(root, '.cache/fuzz', `${target}-${Date.now()}`);
  mkdirSync(folder, { recursive: true });
  for (const [i, bytes] of inputs.entries()) writeFileSync(join(folder, `${String(i).padStart(3, '0')}.bin`), bytes);
  return folder;
}

async function fuzz({ targets, ...run }: Wanted): Promise<void> {
  for (const target of targets) {
    const heapBefore = await heapMb();
    const began = performance.now();
    let shown = began;
    const { inputs, refused, slowestMs } = await runFuzz(target, {
      ...run,
      onProgress: (done) => {
        if (performance.now() - shown < 10_000) return;
        shown = performance.now();
        console.log(`  ${target.name}: ${done} of ${run.inputs}, ${Math.round((done / (shown - began)) * 1000)}/s`);
      },
    });
    const seconds = (performance.now() - began) / 1000;
    const growth = (await heapMb()) - heapBefore;
    console.log(
      `${target.name.padEnd(22)}${inputs} inputs, ${refused} refused, ${Math.round(inputs / seconds)}/s, ` +
        `slowest ${slowestMs.toFixed(1)} ms, heap ${growth >= 0 ? '+' : ''}${growth.toFixed(1)} MB`,
    );
    if (growth > maxGrowthMb) throw new Error(`${target.name} keeps ${growth.toFixed(0)} MB of what it was fed`);
  }
}

try {
  const run = wanted();
  if (run) await fuzz(run);
  else console.log(usage);
} catch (error) {
  if (error instanceof FuzzFailure) {
    console.error(`${error.message}\n${error.cause instanceof Error ? error.cause.stack : String(error.cause)}`);
    console.error(`The session's inputs: ${keep(error)}`);
  } else console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
// What the last session has left waits on timers, for nothing.
process.exit();
