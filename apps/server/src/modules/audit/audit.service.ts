import type { Insertable, Kysely, Transaction } from 'kysely';
import type { Origin } from '../../platform/auth/identity.ts';
import { Batch } from '../../platform/batch.ts';
import { isDatabaseUnavailable } from '../../platform/database/database.ts';
import type { Tables } from '../tables.ts';
import type { AuditTables } from './audit.tables.ts';

/** What is written down. Details never hold a password or a token. */
export interface AuditEvent {
  readonly type: AuditType;
  /** Who did it; null when nobody had signed in. */
  readonly actor: string | null;
  /** Whom it concerns. */
  readonly user?: string | null;
  readonly details?: Readonly<Record<string, unknown>>;
  /** Null for what the system does by itself. */
  readonly origin: Origin | null;
}

type AuditType =
  | 'login'
  | 'login_failed'
  | 'logout'
  | 'refresh_token_reused'
  | 'password_changed'
  | 'password_reset'
  | 'camera_created'
  | 'camera_updated'
  | 'camera_deleted'
  | 'camera_restored'
  | 'stream_key_shown'
  | 'stream_key_renewed'
  | 'player_password_made'
  | 'player_password_removed'
  | 'stream_requested'
  | 'stream_released'
  | 'stream_ended'
  | 'stream_published'
  | 'message_sent'
  | 'participant_removed'
  | 'camera_hidden'
  | 'camera_shown'
  | 'camera_moved'
  | 'limit_changed';

/**
 * The record of who did what. Entries are only ever added: the table refuses everything else. Those that come together are
 * written together; one that cannot be written keeps no other from it.
 */
export class AuditService {
  readonly #sql: Kysely<Tables>;
  readonly #entries: Batch<Entry, unknown>;

  constructor(sql: Kysely<Tables>) {
    this.#sql = sql;
    this.#entries = new Batch({ most: 100, ask: (entries) => this.#write(entries) });
  }

  /** @param transaction the one of the change that is recorded, so that neither is kept without the other */
  async record(event: AuditEvent, transaction?: Transaction<Tables>): Promise<void> {
    const entry = entryOf(event);
    if (transaction) {
      await transaction.insertInto('audit_log').values(entry).execute();
      return;
    }
    const failure = await this.#entries.ask(entry);
    if (failure !== null) throw failure;
  }

  /** Answers for each why it could not be written, or null. */
  async #write(entries: readonly Entry[]): Promise<unknown[]> {
    try {
      await this.#sql
        .insertInto('audit_log')
        .values([...entries])
        .execute();
      return entries.map(() => null);
    } catch (error) {
      if (entries.length === 1 || isDatabaseUnavailable(error)) return entries.map(() => error);
      const each = await Promise.all(entries.map((entry) => this.#write([entry])));
      return each.flat();
    }
  }
}

type Entry = Insertable<AuditTables['audit_log']>;

function entryOf(event: AuditEvent): Entry {
  return {
    event_type: event.type,
    actor_id: event.actor,
    user_id: event.user ?? event.actor,
    details: JSON.stringify(event.details ?? {}),
    ip_address: event.origin?.address ?? null,
    user_agent: event.origin?.userAgent ?? null,
    request_id: event.origin?.requestId ?? null,
  };
}
