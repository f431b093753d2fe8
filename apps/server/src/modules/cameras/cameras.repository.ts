import { createHash } from 'node:crypto';
import type { CameraQuery, CameraSpec, Source } from '@marsad/contract';
import { type Insertable, type Kysely, type Selectable, sql, type Transaction, type Updateable } from 'kysely';
import { AppError } from '../../platform/app-error.ts';
import type { SecretBox } from '../../platform/crypto/secret-box.ts';
import type { Tables } from '../tables.ts';
import type { CameraTables } from './cameras.tables.ts';

export type CameraRow = Omit<
  Selectable<CameraTables['cameras']>,
  'main_url' | 'sub_url' | 'ptz_url' | 'stream_key' | 'stream_key_hash'
>;

/** Its addresses with their passwords. */
export interface CameraAddresses {
  /** Null of a camera that is pushed, and of one whose address cannot be read, because it was sealed with another key. */
  readonly main: string | null;
  readonly sub: string | null;
  /** Its own for being moved. */
  readonly ptz: string | null;
}

/** Everything of a row but its addresses, which are written by {@link CameraRepository} alone. */
export type CameraValues = Omit<
  Insertable<CameraTables['cameras']>,
  | 'main_url'
  | 'sub_url'
  | 'main_display'
  | 'sub_display'
  | 'ptz_url'
  | 'ptz_display'
  | 'stream_key'
  | 'stream_key_hash'
  | 'id'
  | 'created_at'
  | 'updated_at'
  | 'hidden_at'
  | 'deleted_at'
>;

/** The little of a camera that other modules show or decide by. */
export interface CameraBrief {
  readonly id: string;
  readonly name: string;
  readonly name_ar: string;
  readonly source: Source;
  readonly removed: boolean;
}

/** A camera as the media nodes are told of it. */
export interface CatalogueSpec {
  readonly spec: CameraSpec;
  /** Its metadata ask for it to be fetched by the MediaMTX server, and from there by us. */
  readonly byMediamtx: boolean;
  /** An address of it cannot be read. Without the main one nodes are told an empty one, of which they say that it is none. */
  readonly unreadable: boolean;
}

/** Which cameras: `sources` is what the caller may see, the rest what was asked for. */
export interface CameraFilter extends Pick<CameraQuery, 'q' | 'limit' | 'offset'> {
  readonly sources: readonly Source[];
  /** Only these, or all but these: how a state that only memory knows becomes part of a query. */
  readonly ids?: { readonly among: readonly string[] } | { readonly not: readonly string[] };
  /** Whether `q` is also looked for in addresses. */
  readonly addresses: boolean;
}

type Sealed = { id: string; main_url: Buffer | null; sub_url: Buffer | null; ptz_url?: Buffer | null };

const columns = [
  'id',
  'name',
  'name_ar',
  'source',
  'ingest',
  'path',
  'main_display',
  'sub_display',
  'ptz_display',
  'mode',
  'transport',
  'ptz_enabled',
  'recording_server',
  'metadata',
  'latitude',
  'longitude',
  'address',
  'demo',
  'created_at',
  'updated_at',
  'hidden_at',
  'deleted_at',
] as const satisfies readonly (keyof CameraRow)[];

const place = (id: string, profile: 'main' | 'sub' | 'ptz' | 'stream-key') => `cameras/${id}/${profile}`;
const hashOf = (key: string) => createHash('sha256').update(key).digest();
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The catalogue. Addresses are encrypted on their way in and opened only by {@link specs} and {@link addresses}. */
export class CameraRepository {
  readonly #sql: Kysely<Tables>;
  readonly #box: SecretBox;
  readonly #mask: (address: string) => string;

  constructor(database: Kysely<Tables>, box: SecretBox, maskAddress: (address: string) => string) {
    this.#sql = database;
    this.#box = box;
    this.#mask = maskAddress;
  }

  async list(filter: CameraFilter): Promise<{ rows: CameraRow[]; total: number }> {
    if (filter.sources.length === 0) return { rows: [], total: 0 };
    let query = this.#sql.selectFrom('cameras').where('deleted_at', 'is', null).where('source', 'in', filter.sources);
    const { ids, q } = filter;
    if (ids && 'among' in ids) query = query.where(sql<boolean>`id = any(${ids.among}::uuid[])`);
    if (ids && 'not' in ids) query = query.where(sql<boolean>`id <> all(${ids.not}::uuid[])`);
    if (q) {
      const pattern = `%${q.replace(/[\\%_]/g, '\\$&')}%`;
      query = query.where((where) =>
        where.or([
          where('name', 'ilike', pattern),
          where('name_ar', 'ilike', pattern),
          where('address', 'ilike', pattern),
          ...(filter.addresses ? [where('main_display', 'ilike', pattern)] : []),
        ]),
      );
    }
    const rows = await query
      .select(columns)
      .orderBy('source')
      .orderBy('name')
      .orderBy('id')
      .limit(filter.limit)
      .offset(filter.offset)
      .execute();
    const { total } = await query.select(({ fn }) => fn.countAll<string>().as('total')).executeTakeFirstOrThrow();
    return { rows, total: Number(total) };
  }

  /** @param removed whether a removed camera is found too */
  async find(id: string, removed = false): Promise<CameraRow | undefined> {
    if (!uuid.test(id)) return undefined;
    let query = this.#sql.selectFrom('cameras').select(columns).where('id', '=', id);
    if (!removed) query = query.where('deleted_at', 'is', null);
    return query.executeTakeFirst();
  }

  /** By its path, as a player names it. */
  async findByPath(path: string): Promise<CameraRow | undefined> {
    return this.#sql
      .selectFrom('cameras')
      .select(columns)
      .where('path', '=', path)
      .where('deleted_at', 'is', null)
      .executeTakeFirst();
  }

  /** The camera that is published with this key. */
  async findByKey(key: string): Promise<CameraRow | undefined> {
    return this.#sql
      .selectFrom('cameras')
      .select(columns)
      .where('stream_key_hash', '=', hashOf(key))
      .where('ingest', '=', 'push')
      .where('deleted_at', 'is', null)
      .executeTakeFirst();
  }

  /** @returns null for a camera that has none */
  async streamKey(id: string): Promise<string | null> {
    const row = await this.#sql.selectFrom('cameras').select('stream_key').where('id', '=', id).executeTakeFirst();
    return row?.stream_key ? this.#box.open(row.stream_key, place(id, 'stream-key')) : null;
  }

  /** @returns what others call them, of those that are found, removed ones too */
  async briefs(ids: readonly string[]): Promise<CameraBrief[]> {
    const known = ids.filter((id) => uuid.test(id));
    if (known.length === 0) return [];
    const rows = await this.#sql
      .selectFrom('cameras')
      .select(['id', 'name', 'name_ar', 'source', 'deleted_at'])
      .where('id', 'in', known)
      .execute();
    return rows.map(({ deleted_at, ...brief }) => ({ ...brief, removed: deleted_at !== null }));
  }

  async addresses(id: string, trx?: Transaction<Tables>): Promise<CameraAddresses | undefined> {
    const row = await (trx ?? this.#sql)
      .selectFrom('cameras')
      .select(['id', 'main_url', 'sub_url', 'ptz_url'])
      .where('id', '=', id)
      .executeTakeFirst();
    return row && this.#open(row);
  }

  /** What the media nodes are told: every camera that is not removed. */
  async specs(): Promise<CatalogueSpec[]> {
    const rows = await this.#sql
      .selectFrom('cameras')
      .select(['id', 'ingest', 'main_url', 'sub_url', 'mode', 'transport', 'metadata', 'hidden_at'])
      .where('deleted_at', 'is', null)
      .orderBy('id')
      .execute();
    return rows.map((row) => {
      const { id, mode, transport, metadata, hidden_at } = row;
      const plain = { id, mode, transport, ...(hidden_at === null ? {} : { hidden: true }) };
      if (row.ingest === 'push' || row.main_url === null) {
        return { spec: { ...plain, main: { push: true }, sub: null }, byMediamtx: false, unreadable: false };
      }
      const { main, sub } = this.#open(row);
      const spec = { ...plain, main: { url: main ?? '' }, sub: sub === null ? null : { url: sub } };
      const unreadable = main === null || (row.sub_url !== null && sub === null);
      return { spec, byMediamtx: metadata.mediamtx === true && main !== null, unreadable };
    });
  }

  /** A number that differs once the catalogue does. */
  async revision(): Promise<string> {
    const row = await this.#sql.selectFrom('cameras_revision').select('revision').executeTakeFirstOrThrow();
    return row.revision;
  }

  /** @throws AppError `CAMERA_PATH_TAKEN`, as {@link update} does */
  async insert(
    trx: Transaction<Tables>,
    id: string,
    values: CameraValues,
    addresses: CameraAddresses,
    streamKey: string | null = null,
  ): Promise<CameraRow | undefined> {
    return trx
      .insertInto('cameras')
      .values({ ...values, id, ...this.#seal(id, addresses), ...this.#sealKey(id, streamKey) })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .returning(columns)
      .executeTakeFirst()
      .catch(refusePath);
  }

  async update(
    trx: Transaction<Tables>,
    id: string,
    values: Updateable<CameraTables['cameras']>,
    addresses: Partial<CameraAddresses> = {},
    streamKey?: string | null,
  ): Promise<CameraRow | undefined> {
    return trx
      .updateTable('cameras')
      .set({
        ...values,
        ...this.#seal(id, addresses),
        ...(streamKey === undefined ? {} : this.#sealKey(id, streamKey)),
        updated_at: sql`now()`,
      })
      .where('id', '=', id)
      .returning(columns)
      .executeTakeFirst()
      .catch(refusePath);
  }

  async demo(trx: Transaction<Tables>): Promise<CameraRow[]> {
    return trx.selectFrom('cameras').select(columns).where('demo', '=', true).where('deleted_at', 'is', null).execute();
  }

  transaction<T>(work: (trx: Transaction<Tables>) => Promise<T>): Promise<T> {
    return this.#sql.transaction().execute(work);
  }

  /** Only what is given: what is not stays as it is sealed. */
  #seal(id: string, { main, sub, ptz }: Partial<CameraAddresses>) {
    const sealed = (address: string | null, of: 'main' | 'sub' | 'ptz') =>
      address === null
        ? { url: null, display: null }
        : { url: this.#box.seal(address, place(id, of)), display: this.#mask(address) };
    const of = {
      main: main === undefined ? undefined : sealed(main, 'main'),
      sub: sub === undefined ? undefined : sealed(sub, 'sub'),
      ptz: ptz === undefined ? undefined : sealed(ptz, 'ptz'),
    };
    return {
      ...(of.main && { main_url: of.main.url, main_display: of.main.display }),
      ...(of.sub && { sub_url: of.sub.url, sub_display: of.sub.display }),
      ...(of.ptz && { ptz_url: of.ptz.url, ptz_display: of.ptz.display }),
    };
  }

  #sealKey(id: string, key: string | null) {
    return {
      stream_key: key === null ? null : this.#box.seal(key, place(id, 'stream-key')),
      stream_key_hash: key === null ? null : hashOf(key),
    };
  }

  #open(row: Sealed): CameraAddresses {
    const opened = (sealed: Buffer | null | undefined, of: 'main' | 'sub' | 'ptz') =>
      sealed ? this.#box.tryOpen(sealed, place(row.id, of)) : null;
    return { main: opened(row.main_url, 'main'), sub: opened(row.sub_url, 'sub'), ptz: opened(row.ptz_url, 'ptz') };
  }
}

/** @throws AppError `CAMERA_PATH_TAKEN` when that is what the database refused, else the error as it is */
function refusePath(error: unknown): never {
  if (error instanceof Error && 'constraint' in error && error.constraint === 'cameras_path') {
    const detail = 'detail' in error ? String(error.detail) : '';
    throw new AppError('CAMERA_PATH_TAKEN', { path: /=\((.*)\)/.exec(detail)?.[1] ?? '' }, error);
  }
  throw error;
}
