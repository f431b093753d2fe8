import type { AuditTables } from './audit/audit.tables.ts';
import type { CameraTables } from './cameras/cameras.tables.ts';
import type { IamTables } from './iam/iam.tables.ts';
import type { LimitTables } from './streams/limits.tables.ts';

/** Every table, as the migrations leave them. */
export interface Tables extends AuditTables, CameraTables, IamTables, LimitTables {}
