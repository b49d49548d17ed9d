import { SCALARS } from '@rae/kernel';
import { Answer } from './Answer.ts';
import { AskEvent } from './AskEvent.ts';
import { AskRetrieved } from './AskRetrieved.ts';
import { Citation } from './Citation.ts';
import { Memory } from './Memory.ts';
import { MemoryEvent } from './MemoryEvent.ts';
import { archiveMemory } from './Mutation/archiveMemory.ts';
import { ask } from './Mutation/ask.ts';
import { cancelAnswer } from './Mutation/cancelAnswer.ts';
import { createMemories } from './Mutation/createMemories.ts';
import { createMemory } from './Mutation/createMemory.ts';
import { deleteMemory } from './Mutation/deleteMemory.ts';
import { restoreMemory } from './Mutation/restoreMemory.ts';
import { supersedeMemory } from './Mutation/supersedeMemory.ts';
import { updateMemory } from './Mutation/updateMemory.ts';
import { answer } from './Query/answer.ts';
import { answers } from './Query/answers.ts';
import { memories } from './Query/memories.ts';
import { memory } from './Query/memory.ts';
import { searchMemories } from './Query/searchMemories.ts';
import { SearchHit } from './SearchHit.ts';
import { SearchResult } from './SearchResult.ts';
import { askStream } from './Subscription/askStream.ts';
import { memoryCreated } from './Subscription/memoryCreated.ts';

export const resolvers = {
  Query: { answer, answers, memory, memories, searchMemories },
  Mutation: {
    createMemory,
    createMemories,
    updateMemory,
    supersedeMemory,
    archiveMemory,
    restoreMemory,
    deleteMemory,
    ask,
    cancelAnswer,
  },
  Subscription: { memoryCreated, askStream },
  Answer,
  AskEvent,
  AskRetrieved,
  Citation,
  Memory,
  MemoryEvent,
  SearchHit,
  SearchResult,
  ...SCALARS,
};
