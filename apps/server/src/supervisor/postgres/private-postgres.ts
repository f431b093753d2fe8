import { join } from 'node:path';
import pg from 'pg';
import { LogFile } from '../sibling/log-file.ts';
import { type Exit, type Launch, Sibling } from '../sibling/sibling.ts';
import { StartError } from '../start-error.ts';
import { databaseAccount } from './account.ts';
import { findPostgresPackage, placePostgresBinaries } from './binaries.ts';
import {
  type ClusterOptions,
  clusterFolder,
  databaseOwner,
  findPostmaster,
  postgresEnvironment,
  prepareCluster,
  serverArguments,
} from './cluster.ts';
import { type DatabaseLocation, locateDatabase } from './location.ts';

export interface PrivatePostgresOptions {
  dataDir: string;
  runDir: string;
  logDir: string;
  /** Of the owner, who is the only user there is. */
  password: string;
  onExit?: (exit: Exit) => void;
  onFailure?: (error: unknown) => void;
}

/**
 * PostgreSQL of one data folder, on a Unix socket only. What is committed survives a crash of the machine (fsync on,
 * checksums on). One that an earlier supervisor left running is taken over.
 */
export class PrivatePostgres {
  readonly sibling: Sibling;
  readonly #o: PrivatePostgresOptions;
  readonly #location: DatabaseLocation;
  readonly #cluster: ClusterOptions;

  /** @throws StartError when there are no binaries, no account, or the data is out of reach */
  constructor(options: PrivatePostgresOptions) {
    const source = findPostgresPackage();
    this.#o = options;
    this.#location = locateDatabase(options.dataDir, databaseAccount());
    const { folder, account } = this.#location;
    const binaries = join(folder, `binaries-${source.version}`);
    this.#cluster = { folder, binaries, major: source.major, account, password: options.password };
    const cluster = clusterFolder(this.#cluster);
    this.sibling = new Sibling({
      name: 'postgres',
      launch: async () => {
        placePostgresBinaries(source, binaries, account !== null);
        await prepareCluster(this.#cluster);
        findPostmaster(cluster);
        return this.#launch(cluster);
      },
      find: () => findPostmaster(cluster),
      leftover: 'adopt',
      pidFile: join(options.runDir, 'postgres.pid'),
      log: new LogFile(join(options.logDir, 'postgres.log')),
      // SIGINT is its fast shutdown: connections are ended, everything is written (SIGTERM waits for the clients).
      stopSignal: 'SIGINT',
      stopMs: 30_000,
      ...(options.onExit && { onExit: options.onExit }),
      ...(options.onFailure && { onFailure: options.onFailure }),
    });
  }

  /** Where its files are. */
  get folder(): string {
    return this.#location.folder;
  }

  get url(): string {
    return this.urlOf(databaseOwner);
  }

  urlOf(database: string): string {
    const socket = encodeURIComponent(this.#location.socketFolder);
    return `postgres://${databaseOwner}:${encodeURIComponent(this.#o.password)}@localhost/${database}?host=${socket}`;
  }

  /**
   * Whether it answers; false while it starts or recovers. Makes the database at the first time.
   * @throws StartError when it answers but not to us
   */
  async ready(): Promise<boolean> {
    const client = new pg.Client({ connectionString: this.urlOf('postgres'), connectionTimeoutMillis: 5000 });
    client.on('error', () => {});
    try {
      await client.connect();
      const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [databaseOwner]);
      if (rowCount === 0) await client.query(`create database ${databaseOwner}`);
      return true;
    } catch (error) {
      const { code } = error as { code?: string };
      // 28P01: invalid password, 28000: invalid authorisation (PostgreSQL, Appendix A).
      if (code === '28P01' || code === '28000')
        throw new StartError(
          'The private database does not accept the password in the secrets folder.',
          'Bring back the secrets folder that belongs to this data folder.',
          error,
        );
      return false;
    } finally {
      await client.end().catch(() => {});
    }
  }

  #launch(cluster: string): Launch {
    const { account, socketFolder } = this.#location;
    return {
      file: join(this.#cluster.binaries, 'bin', 'postgres'),
      args: serverArguments(cluster, socketFolder),
      env: postgresEnvironment(this.#cluster.binaries),
      cwd: '/',
      ...(account && { account: { uid: account.uid, gid: account.gid } }),
    };
  }
}
