/** The numbers that stand for layers, statuses and roles in memory.memory and in the index. WORKING is in neither. */
export const LAYERS = { EPISODIC: 1, SEMANTIC: 2, PROCEDURAL: 3, REFLECTIVE: 4 } as const;
export const STATUSES = { ACTIVE: 1, SUPERSEDED: 2, ARCHIVED: 3 } as const;
export const ROLES = { USER: 1, ASSISTANT: 2, SYSTEM: 3, TOOL: 4 } as const;

export type IndexedLayer = keyof typeof LAYERS;
export type IndexedStatus = keyof typeof STATUSES;
export type IndexedRole = keyof typeof ROLES;
