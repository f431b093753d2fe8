import type { Source } from '@marsad/contract';
import type { ColumnType, Generated } from 'kysely';

export interface CameraTables {
  cameras: {
    id: Generated<string>;
    name: string;
    name_ar: string;
    source: Source;
    ingest: Generated<'pull' | 'push'>;
    path: string | null;
    stream_key: Buffer | null;
    stream_key_hash: Buffer | null;
    main_url: Buffer | null;
    sub_url: Buffer | null;
    main_display: string | null;
    sub_display: string | null;
    ptz_url: Buffer | null;
    ptz_display: string | null;
    mode: 'always' | 'on-demand';
    transport: 'auto' | 'tcp' | 'udp';
    ptz_enabled: boolean;
    recording_server: string | null;
    metadata: ColumnType<Record<string, unknown>, string, string>;
    latitude: number | null;
    longitude: number | null;
    address: string | null;
    demo: Generated<boolean>;
    created_at: Generated<Date>;
    updated_at: Generated<Date>;
    hidden_at: Date | null;
    deleted_at: Date | null;
  };
  cameras_revision: { revision: string };
}
