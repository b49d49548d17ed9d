import { DecimalScalar, type Resolvers, SCALARS } from '@rae/kernel';
import { ApiKey } from './ApiKey.ts';
import { AuditEntry } from './AuditEntry.ts';
import { Budget } from './Budget.ts';
import { BudgetEvent } from './BudgetEvent.ts';
import { BudgetForecast } from './BudgetForecast.ts';
import { BudgetPeriod } from './BudgetPeriod.ts';
import { BudgetRaise } from './BudgetRaise.ts';
import { Cost } from './Cost.ts';
import { CostBreakdownRow } from './CostBreakdownRow.ts';
import { CostLog } from './CostLog.ts';
import { GovernanceOverview } from './GovernanceOverview.ts';
import { Memory } from './Memory.ts';
import { ModelPrice } from './ModelPrice.ts';
import { createApiKey } from './Mutation/createApiKey.ts';
import { createProject } from './Mutation/createProject.ts';
import { createTenant } from './Mutation/createTenant.ts';
import { deleteBudget } from './Mutation/deleteBudget.ts';
import { extendReservation } from './Mutation/extendReservation.ts';
import { raiseBudget } from './Mutation/raiseBudget.ts';
import { recordUsage } from './Mutation/recordUsage.ts';
import { releaseReservation } from './Mutation/releaseReservation.ts';
import { reserveBudget } from './Mutation/reserveBudget.ts';
import { revokeApiKey } from './Mutation/revokeApiKey.ts';
import { savePromptVersion } from './Mutation/savePromptVersion.ts';
import { setBudget } from './Mutation/setBudget.ts';
import { setModelPrice } from './Mutation/setModelPrice.ts';
import { setPromptStatus } from './Mutation/setPromptStatus.ts';
import { setRateLimit } from './Mutation/setRateLimit.ts';
import { setTenantSettings } from './Mutation/setTenantSettings.ts';
import { settleReservation } from './Mutation/settleReservation.ts';
import { Project } from './Project.ts';
import { ProjectStats } from './ProjectStats.ts';
import { Prompt } from './Prompt.ts';
import { apiKeys } from './Query/apiKeys.ts';
import { auditEntry } from './Query/auditEntry.ts';
import { auditLog } from './Query/auditLog.ts';
import { budget } from './Query/budget.ts';
import { budgets } from './Query/budgets.ts';
import { cost } from './Query/cost.ts';
import { costBreakdown } from './Query/costBreakdown.ts';
import { costLogs } from './Query/costLogs.ts';
import { estimateCost } from './Query/estimateCost.ts';
import { governanceOverview } from './Query/governanceOverview.ts';
import { modelPrices } from './Query/modelPrices.ts';
import { models } from './Query/models.ts';
import { project } from './Query/project.ts';
import { projects } from './Query/projects.ts';
import { prompt } from './Query/prompt.ts';
import { prompts } from './Query/prompts.ts';
import { rateLimits } from './Query/rateLimits.ts';
import { renderPrompt } from './Query/renderPrompt.ts';
import { reservation } from './Query/reservation.ts';
import { reservations } from './Query/reservations.ts';
import { tenant } from './Query/tenant.ts';
import { tenantSettings } from './Query/tenantSettings.ts';
import { tenantStats } from './Query/tenantStats.ts';
import { verifyAuditLog } from './Query/verifyAuditLog.ts';
import { verifyLedger } from './Query/verifyLedger.ts';
import { viewer } from './Query/viewer.ts';
import { Reservation } from './Reservation.ts';
import { budgetEvents } from './Subscription/budgetEvents.ts';
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
    tenantSettings,
    budgets,
    budget,
    reservation,
    reservations,
    models,
    modelPrices,
    estimateCost,
    rateLimits,
    prompt,
    prompts,
    renderPrompt,
    auditEntry,
    auditLog,
    verifyAuditLog,
    verifyLedger,
  },
  Mutation: {
    createTenant,
    createProject,
    createApiKey,
    revokeApiKey,
    setModelPrice,
    setRateLimit,
    savePromptVersion,
    setPromptStatus,
    setBudget,
    raiseBudget,
    deleteBudget,
    reserveBudget,
    extendReservation,
    settleReservation,
    releaseReservation,
    recordUsage,
    setTenantSettings,
  },
  Subscription: { budgetEvents },
  Budget,
  BudgetEvent,
  BudgetForecast,
  BudgetPeriod,
  BudgetRaise,
  Reservation,
  Tenant,
  Project,
  ApiKey,
  AuditEntry,
  Prompt,
  Viewer,
  Cost,
  CostBreakdownRow,
  CostLog,
  GovernanceOverview,
  Memory,
  ModelPrice,
  ProjectStats,
  TenantStats,
  ...SCALARS,
  Decimal: DecimalScalar,
};
