import type { Transaction } from '@rae/kernel';
import type { Project } from './find-projects.ts';

const INSERT = {
  name: 'project_insert',
  text: `insert into platform.projects (id, tenant_id, name, created_at) values ($1, $2, $3, $4)
    on conflict (tenant_id, name) do nothing returning true as done`,
};

/** @returns false when the tenant has a project of that name already */
export async function insertProject(tx: Transaction, { id, tenantId, name, createdAt }: Project): Promise<boolean> {
  const [inserted] = await tx.query(INSERT, [id, tenantId, name, createdAt]);
  return inserted !== undefined;
}
