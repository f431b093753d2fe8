import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { Command, InvalidArgumentError, Option } from 'commander';
import { type Config, ConfigError, loadConfig, type NodeRole, requireUrl } from './config.ts';

/** Of this program, from the manifest of the whole. */
function version(): string {
  const manifest = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

function parseRoles(value: string): NodeRole[] {
  const roles = value.split(',').map((role) => role.trim());
  const known = roles.filter((role): role is NodeRole => role === 'ingest' || role === 'edge');
  if (known.length !== roles.length || known.length === 0) throw new InvalidArgumentError('Use ingest, edge or both.');
  return known;
}

function parseIndex(value: string): number {
  if (!/^\d{1,3}$/.test(value)) throw new InvalidArgumentError('Use a number from 0.');
  return Number(value);
}

function parseAddress(...schemes: string[]): (value: string) => string {
  return (value) => {
    const url = URL.canParse(value) ? new URL(value) : null;
    if (!url || url.host === '' || !schemes.includes(url.protocol.slice(0, -1))) {
      throw new InvalidArgumentError(
        `Use an address that begins with ${schemes.map((each) => `${each}://`).join(' or ')}.`,
      );
    }
    return value;
  };
}

function readKey(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    throw new InvalidArgumentError('The file cannot be read.');
  }
}

/** Each role loads its own code, so that a media node needs no web server's memory. */
async function roleLog(config: Config, role: string) {
  const [{ createLog }, { runRole }] = await Promise.all([
    import('./platform/log/log.ts'),
    import('./commands/role-process.ts'),
  ]);
  return { log: createLog({ level: config.log.level, role }), runRole };
}

interface PushArguments {
  readonly rtsp: string;
  readonly whip: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly transport: 'auto' | 'tcp' | 'udp';
  readonly verify: boolean;
  readonly quiet: boolean;
}

const program = new Command('marsad')
  .description('Live video for control rooms that several agencies share.')
  .addHelpText(
    'after',
    '\nSettings are environment variables: `marsad settings` lists them.\nFirst time: `marsad start`, then open the address it prints.',
  )
  .showHelpAfterError()
  .helpCommand(false);

program
  .command('start')
  .description(
    'run everything on this machine: Postgres and Valkey unless URLs are set, api, media nodes, and simulated cameras until there are real ones',
  )
  .action(async () => {
    const { runStart } = await import('./commands/start.ts');
    process.exit(await runStart(loadConfig()));
  });

program
  .command('api')
  .description(
    'run the api: dashboard, HTTP API, policy and catalogue. Needs DATABASE_URL and VALKEY_URL; any number may run',
  )
  .action(async () => {
    const config = loadConfig();
    const { log, runRole } = await roleLog(config, 'api');
    const { startApi } = await import('./api.ts');
    await runRole(log, () => startApi(config));
  });

program
  .command('media-node')
  .description(
    'run a media node: `ingest` takes cameras in, `edge` serves viewers. Needs VALKEY_URL and the secrets folder of the api',
  )
  .addOption(
    new Option('--roles <list>', 'ingest, edge or both')
      .argParser(parseRoles)
      .default(['ingest', 'edge'], 'ingest,edge'),
  )
  .option('--id <name>', 'name among all nodes, the same after a restart', hostname())
  .addOption(
    new Option('--index <n>', 'number of this edge on its machine, added to the edge ports')
      .argParser(parseIndex)
      .default(0),
  )
  .option('--tell-api', 'send webhooks also to the api of this machine, as `marsad start` has it', false)
  .action(async (options: { roles: NodeRole[]; id: string; index: number; tellApi: boolean }) => {
    const config = loadConfig();
    const { log, runRole } = await roleLog(config, 'media-node');
    const { openMediaNode } = await import('./commands/media-node.ts');
    await runRole(log, () => openMediaNode(config, options, log));
  });

program
  .command('whip-push')
  .description('push one camera to a WHIP server (LiveKit, MediaMTX, another Marsad): its H.264 as it is, until Ctrl-C')
  .addOption(
    new Option('--rtsp <url>', 'the camera: rtsp:// or rtsps://, with its name and password')
      .argParser(parseAddress('rtsp', 'rtsps'))
      .makeOptionMandatory(),
  )
  .addOption(
    new Option('--whip <url>', 'where to: http:// or https://')
      .argParser(parseAddress('http', 'https'))
      .makeOptionMandatory(),
  )
  .option('--token <key>', 'stream key, sent as bearer token; leave it out when the address holds it')
  .addOption(
    new Option('--token-file <path>', 'file that holds the key, so that no list of processes shows it')
      .argParser(readKey)
      .conflicts('token'),
  )
  .addOption(
    new Option('--transport <kind>', 'how the camera is to send').choices(['auto', 'tcp', 'udp']).default('auto'),
  )
  .option('--verify', 'rtsps: refuse a certificate that cannot be verified', false)
  .option('--quiet', 'say nothing but why it ended', false)
  .addHelpText(
    'after',
    '\nExit codes: 0 stopped by Ctrl-C or SIGTERM, 1 wrong use, 3 refused by the camera, 4 refused by the server.\nEverything else is tried again: after 1, 2 and 4 seconds, then every 30.',
  )
  .action(async (options: PushArguments) => {
    const { runWhipPush } = await import('./commands/whip-push.ts');
    process.exit(await runWhipPush({ ...options, token: options.token ?? options.tokenFile ?? null }));
  });

program
  .command('migrate')
  .description('bring the database schema up to date, or back with --down')
  .option('--down', 'undo the last step')
  .action(async ({ down }: { down?: boolean }) => {
    const config = loadConfig();
    const url = requireUrl(config.database.url, 'DATABASE_URL');
    const [{ migrate }, { createLog }] = await Promise.all([
      import('./platform/database/migrate.ts'),
      import('./platform/log/log.ts'),
    ]);
    const steps = await migrate({
      url,
      log: createLog({ level: config.log.level, role: 'migrate' }),
      direction: down ? 'down' : 'up',
    });
    console.log(steps.length > 0 ? steps.join('\n') : 'The schema is up to date.');
  });

program
  .command('reset-admin-password')
  .description(
    'give an administrator a new password and print it, for when it is lost. While Marsad runs, or when it is stopped',
  )
  .option('--login <name>', 'whose password', 'admin')
  .action(async ({ login }: { login: string }) => {
    const { runResetAdminPassword } = await import('./commands/reset-admin-password.ts');
    process.exitCode = await runResetAdminPassword(loadConfig(), login);
  });

program
  .command('settings')
  .description('list every setting with its meaning and default')
  .action(async () => {
    const { settingsText } = await import('./commands/settings.ts');
    process.stdout.write(settingsText());
  });

program
  .command('version')
  .description('print the version')
  .action(() => console.log(version()));

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  for (const problem of error.problems) console.error(problem);
  process.exit(2);
}
