import { join } from 'node:path';
import { childEnvironment, type NodeRole } from '../config.ts';
import type { Settings } from '../settings.ts';
import { installation } from './folders.ts';
import type { Launch } from './sibling/sibling.ts';

/** One process that is a role of the `marsad` command. */
export interface Role {
  name: string;
  args: string[];
}

export const apiRole: Role = { name: 'api', args: ['api'] };

/** One role for each media-node process, `media-node-1` and so on; edges are counted, for each has ports of its own. */
export function mediaNodeRoles(mediaNodes: readonly NodeRole[][]): Role[] {
  let edges = 0;
  return mediaNodes.map((roles, i) => {
    const name = `media-node-${i + 1}`;
    const index = roles.includes('edge') ? edges++ : 0;
    return {
      name,
      args: ['media-node', '--roles', roles.join(','), '--id', name, '--index', String(index), '--tell-api'],
    };
  });
}

export function launchRole(role: Role, settings: Partial<Record<keyof Settings, string>>): Launch {
  return {
    file: process.execPath,
    args: [join(installation, 'apps/server/src/main.ts'), ...role.args],
    env: childEnvironment(settings),
    // Relative paths in settings start from here, for the roles as for us.
    cwd: process.cwd(),
  };
}
