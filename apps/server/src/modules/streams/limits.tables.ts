import type { Source } from '@marsad/contract';
import type { Generated } from 'kysely';

export interface LimitTables {
  agency_limits: {
    source: Source;
    stream_limit: number;
    updated_at: Generated<Date>;
    updated_by: string;
  };
}
