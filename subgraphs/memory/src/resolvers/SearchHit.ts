import { countHit } from '../services/search/search-output.ts';

export const SearchHit = { tokens: countHit };
