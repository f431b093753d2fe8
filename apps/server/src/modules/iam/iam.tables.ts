import type { Source } from '@marsad/contract';
import type { Generated } from 'kysely';

export interface IamTables {
  users: {
    id: Generated<string>;
    login: string;
    password_hash: string;
    employee_number: string | null;
    display_name: string;
    display_name_ar: string;
    email: string | null;
    agency: Source;
    department: string | null;
    section: string | null;
    status: Generated<'ACTIVE' | 'DISABLED'>;
    permissions: string[];
    created_at: Generated<Date>;
    updated_at: Generated<Date>;
  };
  sessions: {
    id: Generated<string>;
    user_id: string;
    created_at: Generated<Date>;
    last_used_at: Date;
    expires_at: Date;
    ended_at: Date | null;
    ended_reason: 'logout' | 'token_reused' | 'password_changed' | null;
    ip_address: string | null;
    user_agent: string | null;
  };
  player_passwords: {
    user_id: string;
    secret: Buffer;
    created_at: Generated<Date>;
  };
  refresh_tokens: {
    hash: Buffer;
    session_id: string;
    created_at: Generated<Date>;
    used_at: Date | null;
  };
}
