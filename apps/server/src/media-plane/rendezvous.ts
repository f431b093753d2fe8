import { hash } from 'node:crypto';

/**
 * Chooses one of several nodes for a key so that everybody who knows the same nodes chooses the same one, and a node
 * that comes or goes moves only the keys it gets or had (rendezvous hashing: the highest score wins).
 * @returns undefined when there is no node
 */
export function choose(key: string, nodes: readonly string[]): string | undefined {
  if (nodes.length < 2) return nodes[0];
  let best: string | undefined;
  let highest = -1;
  for (const node of nodes) {
    const score = scoreOf(node, key);
    if (score > highest || (score === highest && best !== undefined && node < best)) {
      best = node;
      highest = score;
    }
  }
  return best;
}

function scoreOf(node: string, key: string): number {
  return hash('sha1', `${node}\n${key}`, 'buffer').readUIntBE(0, 6);
}
