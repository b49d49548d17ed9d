import { answerCases } from './answers.ts';
import { budgetCases } from './budgets.ts';
import type { Cases } from './case.ts';
import { costCases } from './costs.ts';
import { documentCases } from './documents.ts';
import { erasureCases } from './erasure.ts';
import { governanceCases } from './governance.ts';
import { lifecycleCases } from './lifecycle.ts';
import { memoryCases } from './memory.ts';
import { priceCases } from './prices.ts';
import { proofCases } from './proof.ts';

/** A file for each area; a new root field gets its case beside its kind. */
export const CASES: Cases = {
  ...budgetCases,
  ...costCases,
  ...answerCases,
  ...documentCases,
  ...erasureCases,
  ...governanceCases,
  ...lifecycleCases,
  ...memoryCases,
  ...priceCases,
  ...proofCases,
};
