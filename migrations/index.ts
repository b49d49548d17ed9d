import { PlatformRoles } from './20261121100000_platform_roles.ts';
import { PlatformIdentity } from './20261121100100_platform_identity.ts';
import { PlatformIdempotency } from './20261121100200_platform_idempotency.ts';
import { PlatformEvents } from './20261121100300_platform_events.ts';
import { PlatformJobs } from './20261121100400_platform_jobs.ts';
import { PlatformAudit } from './20261121100500_platform_audit.ts';
import { MemoryMemory } from './20261121100600_memory_memory.ts';
import { MemoryLifecycle } from './20261121100610_memory_lifecycle.ts';
import { MemoryDocument } from './20261121100620_memory_document.ts';
import { MemoryAnswers } from './20261121100630_memory_answers.ts';
import { MemoryErasure } from './20261121100640_memory_erasure.ts';
import { PlatformMetering } from './20261121100700_platform_metering.ts';
import { PlatformLedgerFunctions } from './20261121100701_platform_ledger_functions.ts';
import { PlatformAdmissionFunctions } from './20261121100702_platform_admission_functions.ts';
import { PlatformSettlementFunctions } from './20261121100703_platform_settlement_functions.ts';
import { PlatformAdmissionChange } from './20261121100704_platform_admission_change.ts';
import { PlatformRepricing } from './20261121100705_platform_repricing.ts';
import { PlatformCostReports } from './20261121100710_platform_cost_reports.ts';
import { PlatformChains } from './20261121100720_platform_chains.ts';
import { PlatformPrompts } from './20261121100730_platform_prompts.ts';
import { PlatformRateLimits } from './20261121100740_platform_rate_limits.ts';
import { PlatformForget } from './20261121100750_platform_forget.ts';

/** All migrations, oldest first; a name never changes once it has run somewhere. */
export const migrations = [
  { name: '20261121100000_platform_roles', class: PlatformRoles },
  { name: '20261121100100_platform_identity', class: PlatformIdentity },
  { name: '20261121100200_platform_idempotency', class: PlatformIdempotency },
  { name: '20261121100300_platform_events', class: PlatformEvents },
  { name: '20261121100400_platform_jobs', class: PlatformJobs },
  { name: '20261121100500_platform_audit', class: PlatformAudit },
  { name: '20261121100600_memory_memory', class: MemoryMemory },
  { name: '20261121100610_memory_lifecycle', class: MemoryLifecycle },
  { name: '20261121100620_memory_document', class: MemoryDocument },
  { name: '20261121100630_memory_answers', class: MemoryAnswers },
  { name: '20261121100640_memory_erasure', class: MemoryErasure },
  { name: '20261121100700_platform_metering', class: PlatformMetering },
  { name: '20261121100701_platform_ledger_functions', class: PlatformLedgerFunctions },
  { name: '20261121100702_platform_admission_functions', class: PlatformAdmissionFunctions },
  { name: '20261121100703_platform_settlement_functions', class: PlatformSettlementFunctions },
  { name: '20261121100704_platform_admission_change', class: PlatformAdmissionChange },
  { name: '20261121100705_platform_repricing', class: PlatformRepricing },
  { name: '20261121100710_platform_cost_reports', class: PlatformCostReports },
  { name: '20261121100720_platform_chains', class: PlatformChains },
  { name: '20261121100730_platform_prompts', class: PlatformPrompts },
  { name: '20261121100740_platform_rate_limits', class: PlatformRateLimits },
  { name: '20261121100750_platform_forget', class: PlatformForget },
];
