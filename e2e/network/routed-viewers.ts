import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Why networks cannot be made here; null where they can. */
export function networksRefused(): string | null {
  const probe = `marsad-probe-${process.pid}`;
  try {
    ip('netns', 'add', probe);
    inside(probe, ['nft', 'add', 'table', 'ip', 'probe']);
    return null;
  } catch (error) {
    return error instanceof Error ? (error.message.trim().split('\n').at(-1) ?? '') : String(error);
  } finally {
    quietly(() => ip('netns', 'delete', probe));
  }
}

/**
 * Viewers in a network of their own, behind a router that is told what to let through; the servers stay where the test is:
 *
 *     viewers ── router ── here (`server`)
 *
 * The router translates nothing unless `publicAddress` is used: that one stands for `server`, as a 1:1 NAT has it.
 */
export class RoutedViewers {
  /** Addresses: of this machine as the router sees it, and the one it translates to that. */
  readonly server: string;
  readonly publicAddress: string;
  readonly #router: string;
  readonly #viewers: string;
  readonly #folder: string;
  #closed = false;

  constructor() {
    const net = `10.${randomInt(200, 250)}.${randomInt(1, 250)}`;
    const name = `marsad-${process.pid}-${randomInt(1000, 9999)}`;
    const [near, far] = [`m${randomInt(1e8, 1e9)}r`, `m${randomInt(1e8, 1e9)}v`];
    this.server = `${net}.1`;
    this.publicAddress = '203.0.113.9';
    this.#router = `${name}-router`;
    this.#viewers = `${name}-viewers`;
    this.#folder = mkdtempSync(join(tmpdir(), 'marsad-network-'));
    try {
      ip('netns', 'add', this.#router);
      ip('netns', 'add', this.#viewers);
      ip('link', 'add', near, 'type', 'veth', 'peer', 'name', 'servers', 'netns', this.#router);
      ip('address', 'add', `${net}.1/30`, 'dev', near);
      ip('link', 'set', near, 'up');
      ip('-n', this.#router, 'link', 'add', 'viewers', 'type', 'veth', 'peer', 'name', far, 'netns', this.#viewers);
      ip('-n', this.#router, 'address', 'add', `${net}.2/30`, 'dev', 'servers');
      ip('-n', this.#router, 'address', 'add', `${net}.65/26`, 'dev', 'viewers');
      for (const link of ['lo', 'servers', 'viewers']) ip('-n', this.#router, 'link', 'set', link, 'up');
      ip('-n', this.#viewers, 'address', 'add', `${net}.66/26`, 'dev', far);
      for (const link of ['lo', far]) ip('-n', this.#viewers, 'link', 'set', link, 'up');
      ip('-n', this.#viewers, 'route', 'add', 'default', 'via', `${net}.65`);
      ip('route', 'add', `${net}.64/26`, 'via', `${net}.2`, 'dev', near);
      inside(this.#router, ['sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward']);
      this.letThrough(['accept']);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /**
   * What the router forwards from now on, as rules of nftables, also of what is already under way; everything else is dropped
   * without a word. With `translated`, servers are reached at `publicAddress` alone.
   */
  letThrough(rules: readonly string[], { translated = false } = {}): void {
    const nat = `
      chain arriving { type nat hook prerouting priority -100; ip daddr ${this.publicAddress} dnat to ${this.server}; }
      chain leaving { type nat hook postrouting priority 100; ip saddr ${this.server} snat to ${this.publicAddress}; }
      chain untranslated { type filter hook prerouting priority -300; iifname "viewers" ip daddr ${this.server} drop; }`;
    const forward = rules.map((rule) => `${rule};`).join(' ');
    const table = `table ip marsad {
      chain forward { type filter hook forward priority 0; policy drop; ${forward} }${translated ? nat : ''}
    }`;
    inside(this.#router, ['nft', '-f', '-'], `add table ip marsad\ndelete table ip marsad\n${table}\n`);
  }

  /** A program that starts another one among the viewers. */
  launcher(program: string): string {
    const file = join(this.#folder, 'launch');
    writeFileSync(file, `#!/bin/sh\nexec ip netns exec ${this.#viewers} ${program} "$@"\n`);
    chmodSync(file, 0o755);
    return file;
  }

  /** Takes the networks away; programs that still run in them are cut off. Safe to call twice. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    quietly(() => ip('netns', 'delete', this.#viewers));
    quietly(() => ip('netns', 'delete', this.#router));
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function ip(...parts: string[]): void {
  execFileSync('ip', parts, { stdio: ['ignore', 'ignore', 'pipe'] });
}

function inside(namespace: string, command: readonly string[], input = ''): void {
  execFileSync('ip', ['netns', 'exec', namespace, ...command], { input, stdio: ['pipe', 'ignore', 'pipe'] });
}

function quietly(action: () => void): void {
  try {
    action();
  } catch {
    // It was never made, or is gone already.
  }
}
