import { SCALARS } from '@rae/kernel';
import { Memory } from './Memory.ts';
import { MemoryEvent } from './MemoryEvent.ts';
import { archiveMemory } from './Mutation/archiveMemory.ts';
import { createMemories } from './Mutation/createMemories.ts';
import { createMemory } from './Mutation/createMemory.ts';
import { deleteMemory } from './Mutation/deleteMemory.ts';
import { restoreMemory } from './Mutation/restoreMemory.ts';
import { supersedeMemory } from './Mutation/supersedeMemory.ts';
import { updateMemory } from './Mutation/updateMemory.ts';
import { memories } from './Query/memories.ts';
import { memory } from './Query/memory.ts';
import { searchMemories } from './Query/searchMemories.ts';
import { SearchHit } from './SearchHit.ts';
import { SearchResult } from './SearchResult.ts';
import { memoryCreated } from './Subscription/memoryCreated.ts';

export const resolvers = {
  Query: { memory, memories, searchMemories },
  Mutation: {
    createMemory,
    createMemories,
    updateMemory,
    supersedeMemory,
    archiveMemory,
    restoreMemory,
    deleteMemory,
  },
  Subscription: { memoryCreated },
  Memory,
  MemoryEvent,
  SearchHit,
  SearchResult,
  ...SCALARS,
};
