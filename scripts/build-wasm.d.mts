/** The bytes of subgraphs/memory/src/engine/scan.wat, compiled. */
export function buildScan(): Promise<Uint8Array>;
