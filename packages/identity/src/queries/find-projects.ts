import type { Transaction } from '@rae/kernel';

export interface Project {
  readonly id: string;
  readonly tenantId: string;
  readonly name: string;
  readonly createdAt: Date;
}

export const PROJECT_COLUMNS = 'id, tenant_id as "tenantId", name, created_at as "createdAt"';

const FIND = {
  name: 'projects_find',
  text: `select ${PROJECT_COLUMNS} from platform.projects where id = any($1::uuid[])`,
};

/** Those of `ids` that are the tenant's, in no order. */
export const findProjects = (tx: Transaction, ids: readonly string[]): Promise<Project[]> => tx.query(FIND, [ids]);
