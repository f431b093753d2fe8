import type { Generated, JSONColumnType } from 'kysely';

export interface AuditTables {
  audit_log: {
    id: Generated<string>;
    event_type: string;
    user_id: string | null;
    actor_id: string | null;
    timestamp: Generated<Date>;
    details: JSONColumnType<Record<string, unknown>>;
    ip_address: string | null;
    user_agent: string | null;
    request_id: string | null;
  };
}
