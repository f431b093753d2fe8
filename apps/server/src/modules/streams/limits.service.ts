import { type AgencyLimit, agencies, type LimitsBody, Source, sources } from '@marsad/contract';
import { type Kysely, sql } from 'kysely';
import { type Caller, requireAdmin } from '../../platform/auth/identity.ts';
import type { AuditService } from '../audit/audit.service.ts';
import type { Tables } from '../tables.ts';
import type { StreamRepository } from './streams.repository.ts';

export interface LimitsServiceOptions {
  readonly sql: Kysely<Tables>;
  readonly streams: Pick<StreamRepository, 'setLimits' | 'stats'>;
  readonly audit: AuditService;
  /** Called after a change. */
  readonly onChange: () => void;
}

/** How many streams each agency may use. Kept in the database; Valkey decides by a copy. */
export class LimitsService {
  readonly #o: LimitsServiceOptions;

  constructor(options: LimitsServiceOptions) {
    this.#o = options;
  }

  async list(caller: Caller): Promise<AgencyLimit[]> {
    requireAdmin(caller);
    const [rows, uses] = await Promise.all([
      this.#o.sql.selectFrom('agency_limits').selectAll().execute(),
      this.#o.streams.stats(),
    ]);
    return sources.map((source) => {
      const row = rows.find((each) => each.source === source);
      return {
        source,
        limit: row?.stream_limit ?? agencies[source].limit,
        default_limit: agencies[source].limit,
        current: uses.find((use) => use.source === source)?.current ?? 0,
        updated_at: row?.updated_at.toISOString() ?? null,
        updated_by: row?.updated_by ?? null,
      };
    });
  }

  /** Takes effect with the next reservation, in every process; those that are held stay. */
  async change(caller: Caller, { limits }: LimitsBody): Promise<AgencyLimit[]> {
    requireAdmin(caller);
    const { streams, audit, onChange } = this.#o;
    await this.#o.sql.transaction().execute(async (trx) => {
      // One change at a time: Valkey must hear of them in the order in which the database keeps them.
      await sql`lock table agency_limits in share row exclusive mode`.execute(trx);
      const before = new Map(
        (await trx.selectFrom('agency_limits').selectAll().execute()).map((row) => [row.source, row.stream_limit]),
      );
      for (const [name, limit] of Object.entries(limits)) {
        const source = Source.parse(name);
        const row = { source, stream_limit: limit, updated_by: caller.identity.id, updated_at: new Date() };
        await trx
          .insertInto('agency_limits')
          .values(row)
          .onConflict((conflict) => conflict.column('source').doUpdateSet(row))
          .execute();
        const details = { source, before: before.get(source) ?? agencies[source].limit, after: limit };
        await audit.record({ type: 'limit_changed', actor: caller.identity.id, details, origin: caller.origin }, trx);
      }
      // Inside: a limit that Valkey did not take is not kept either. One that knows nothing is told all of them later.
      await streams.setLimits(limits, { known: false });
    });
    onChange();
    return this.list(caller);
  }

  /** Gives Valkey every limit, and with them the word that what it knows is the truth. */
  async apply(): Promise<void> {
    const rows = await this.#o.sql.selectFrom('agency_limits').select(['source', 'stream_limit']).execute();
    const kept = Object.fromEntries(rows.map(({ source, stream_limit }) => [source, stream_limit]));
    const all = { ...Object.fromEntries(sources.map((source) => [source, agencies[source].limit])), ...kept };
    await this.#o.streams.setLimits(all, { known: true });
  }
}
