import { DateTimeScalar, type Resolvers } from '@rae/kernel';
import { ApiKey } from './ApiKey.ts';
import { createApiKey } from './Mutation/createApiKey.ts';
import { createProject } from './Mutation/createProject.ts';
import { createTenant } from './Mutation/createTenant.ts';
import { revokeApiKey } from './Mutation/revokeApiKey.ts';
import { setRateLimit } from './Mutation/setRateLimit.ts';
import { Project } from './Project.ts';
import { apiKeys } from './Query/apiKeys.ts';
import { project } from './Query/project.ts';
import { projects } from './Query/projects.ts';
import { rateLimits } from './Query/rateLimits.ts';
import { tenant } from './Query/tenant.ts';
import { viewer } from './Query/viewer.ts';
import { Tenant } from './Tenant.ts';
import { Viewer } from './Viewer.ts';

export const resolvers: Resolvers = {
  Query: { viewer, tenant, project, projects, apiKeys, rateLimits },
  Mutation: { createTenant, createProject, createApiKey, revokeApiKey, setRateLimit },
  Tenant,
  Project,
  ApiKey,
  Viewer,
  DateTime: DateTimeScalar,
};
