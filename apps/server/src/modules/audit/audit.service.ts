import type { Kysely, Transaction } from 'kysely';
import type { Origin } from '../../platform/auth/identity.ts';
import type { Tables } from '../tables.ts';

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
  | 'limit_changed';

/** The record of who did what. Entries are only ever added: the table refuses everything else. */
export class AuditService {
  readonly #sql: Kysely<Tables>;

  constructor(sql: Kysely<Tables>) {
    this.#sql = sql;
  }

  /** @param transaction the one of the change that is recorded, so that neither is kept without the other */
  async record(event: AuditEvent, transaction?: Transaction<Tables>): Promise<void> {
    await (transaction ?? this.#sql)
      .insertInto('audit_log')
      .values({
        event_type: event.type,
        actor_id: event.actor,
        user_id: event.user ?? event.actor,
        details: JSON.stringify(event.details ?? {}),
        ip_address: event.origin?.address ?? null,
        user_agent: event.origin?.userAgent ?? null,
        request_id: event.origin?.requestId ?? null,
      })
      .execute();
  }
}
