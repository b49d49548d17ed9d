import { DecimalScalar, SCALARS } from '@rae/kernel';
import { Answer } from './Answer.ts';
import { AskEvent } from './AskEvent.ts';
import { AskRetrieved } from './AskRetrieved.ts';
import { Citation } from './Citation.ts';
import { ConsolidatePayload } from './ConsolidatePayload.ts';
import { CreateMemoryPayload } from './CreateMemoryPayload.ts';
import { Document } from './Document.ts';
import { Erasure } from './Erasure.ts';
import { Evaluation } from './Evaluation.ts';
import { GenerateReflectionPayload } from './GenerateReflectionPayload.ts';
import { Memory } from './Memory.ts';
import { MemoryEvent } from './MemoryEvent.ts';
import { MemorySettings } from './MemorySettings.ts';
import { MemoryStats } from './MemoryStats.ts';
import { archiveMemory } from './Mutation/archiveMemory.ts';
import { ask } from './Mutation/ask.ts';
import { cancelAnswer } from './Mutation/cancelAnswer.ts';
import { consolidateMemories } from './Mutation/consolidateMemories.ts';
import { createMemories } from './Mutation/createMemories.ts';
import { createMemory } from './Mutation/createMemory.ts';
import { decayMemories } from './Mutation/decayMemories.ts';
import { deleteDocument } from './Mutation/deleteDocument.ts';
import { deleteMemory } from './Mutation/deleteMemory.ts';
import { eraseMemories } from './Mutation/eraseMemories.ts';
import { eraseSubject } from './Mutation/eraseSubject.ts';
import { generateReflection } from './Mutation/generateReflection.ts';
import { giveFeedback } from './Mutation/giveFeedback.ts';
import { ingestDocument } from './Mutation/ingestDocument.ts';
import { restoreMemory } from './Mutation/restoreMemory.ts';
import { runEvaluation } from './Mutation/runEvaluation.ts';
import { setMemorySettings } from './Mutation/setMemorySettings.ts';
import { supersedeMemory } from './Mutation/supersedeMemory.ts';
import { updateMemory } from './Mutation/updateMemory.ts';
import { ProjectCount } from './ProjectCount.ts';
import { answer } from './Query/answer.ts';
import { answers } from './Query/answers.ts';
import { document } from './Query/document.ts';
import { documents } from './Query/documents.ts';
import { erasure } from './Query/erasure.ts';
import { erasures } from './Query/erasures.ts';
import { evaluations } from './Query/evaluations.ts';
import { memories } from './Query/memories.ts';
import { memory } from './Query/memory.ts';
import { memorySettings } from './Query/memorySettings.ts';
import { memoryStats } from './Query/memoryStats.ts';
import { searchMemories } from './Query/searchMemories.ts';
import { SearchHit } from './SearchHit.ts';
import { SearchResult } from './SearchResult.ts';
import { askStream } from './Subscription/askStream.ts';
import { memoryCreated } from './Subscription/memoryCreated.ts';

export const resolvers = {
  Query: {
    erasure,
    erasures,
    document,
    documents,
    answer,
    answers,
    evaluations,
    memory,
    memories,
    searchMemories,
    memorySettings,
    memoryStats,
  },
  Mutation: {
    createMemory,
    createMemories,
    updateMemory,
    supersedeMemory,
    setMemorySettings,
    decayMemories,
    giveFeedback,
    archiveMemory,
    restoreMemory,
    deleteMemory,
    ingestDocument,
    deleteDocument,
    ask,
    cancelAnswer,
    eraseMemories,
    eraseSubject,
    generateReflection,
    runEvaluation,
    consolidateMemories,
  },
  Subscription: { memoryCreated, askStream },
  Answer,
  AskEvent,
  AskRetrieved,
  Citation,
  Evaluation,
  ConsolidatePayload,
  CreateMemoryPayload,
  Document,
  Erasure,
  GenerateReflectionPayload,
  Memory,
  MemoryEvent,
  MemorySettings,
  MemoryStats,
  ProjectCount,
  SearchHit,
  SearchResult,
  Decimal: DecimalScalar,
  ...SCALARS,
};
