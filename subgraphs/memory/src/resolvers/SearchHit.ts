import { countHit } from '../services/search-output.ts';

export const SearchHit = { tokens: countHit };
