import { DecimalScalar, type Resolvers, SCALARS } from '@rae/kernel';
import { ApiKey } from './ApiKey.ts';
import { AuditEntry } from './AuditEntry.ts';
import { Cost } from './Cost.ts';
import { CostBreakdownRow } from './CostBreakdownRow.ts';
import { CostLog } from './CostLog.ts';
import { GovernanceOverview } from './GovernanceOverview.ts';
import { Memory } from './Memory.ts';
import { createApiKey } from './Mutation/createApiKey.ts';
import { createProject } from './Mutation/createProject.ts';
import { createTenant } from './Mutation/createTenant.ts';
import { revokeApiKey } from './Mutation/revokeApiKey.ts';
import { setRateLimit } from './Mutation/setRateLimit.ts';
import { Project } from './Project.ts';
import { ProjectStats } from './ProjectStats.ts';
import { apiKeys } from './Query/apiKeys.ts';
import { auditEntry } from './Query/auditEntry.ts';
import { auditLog } from './Query/auditLog.ts';
import { cost } from './Query/cost.ts';
import { costBreakdown } from './Query/costBreakdown.ts';
import { costLogs } from './Query/costLogs.ts';
import { governanceOverview } from './Query/governanceOverview.ts';
import { project } from './Query/project.ts';
import { projects } from './Query/projects.ts';
import { rateLimits } from './Query/rateLimits.ts';
import { tenant } from './Query/tenant.ts';
import { tenantStats } from './Query/tenantStats.ts';
import { verifyAuditLog } from './Query/verifyAuditLog.ts';
import { viewer } from './Query/viewer.ts';
import { Tenant } from './Tenant.ts';
import { TenantStats } from './TenantStats.ts';
import { Viewer } from './Viewer.ts';

export const resolvers: Resolvers = {
  Query: {
    viewer,
    tenant,
    project,
    projects,
    apiKeys,
    tenantStats,
    governanceOverview,
    cost,
    costLogs,
    costBreakdown,
    rateLimits,
    auditEntry,
    auditLog,
    verifyAuditLog,
  },
  Mutation: { createTenant, createProject, createApiKey, revokeApiKey, setRateLimit },
  Tenant,
  Project,
  ApiKey,
  AuditEntry,
  Viewer,
  Cost,
  CostBreakdownRow,
  CostLog,
  GovernanceOverview,
  Memory,
  ProjectStats,
  TenantStats,
  ...SCALARS,
  Decimal: DecimalScalar,
};
