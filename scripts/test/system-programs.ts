import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const needed = [
  { program: '/usr/bin/chromium', debian: 'chromium', why: 'the dashboard is tried in a real browser' },
  { program: '/usr/bin/ffmpeg', debian: 'ffmpeg', why: 'streams are checked with a decoder that is not ours' },
  { program: '/usr/bin/turnserver', debian: 'coturn', why: 'viewers are relayed by a TURN server that is not ours' },
  { program: '/usr/sbin/nft', debian: 'nftables', why: 'networks are made in which little gets through' },
  { program: '/usr/bin/ip', debian: 'iproute2', why: 'networks are made in which little gets through' },
];

/**
 * Brings the programs that the tests use and npm does not have: on Debian as root by apt, else it says how.
 * @throws Error naming what is missing and the command that installs it
 */
export function bringSystemPrograms(): void {
  const missing = needed.filter(({ program }) => !existsSync(program));
  if (missing.length === 0) return;
  const names = missing.map(({ debian }) => debian);
  for (const { debian, why } of missing) console.log(`${debian} is missing: ${why}`);
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get'))
    throw new Error(`Install first, as root: apt-get install --no-install-recommends ${names.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  apt(['update', '-qq'], env);
  apt(['install', '-qq', '-y', '--no-install-recommends', ...names], env);
}

function apt(args: string[], env: NodeJS.ProcessEnv): void {
  // Another apt may be at work on this machine: wait for it.
  const { status } = spawnSync('apt-get', ['-o', 'DPkg::Lock::Timeout=120', ...args], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0)
    throw new Error(`apt-get ${args.join(' ')} did not work: check the connection to the Debian mirror`);
}
