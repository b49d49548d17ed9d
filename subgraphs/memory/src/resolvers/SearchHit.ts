import { countHit } from '../services/search-memories.ts';

export const SearchHit = { tokens: countHit };
