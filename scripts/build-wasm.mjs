// Builds subgraphs/memory/src/engine/scan.wasm from scan.wat: `node scripts/build-wasm.mjs`. A test compares the two.
import { readFileSync, writeFileSync } from 'node:fs';
import wabt from 'wabt';

const SOURCE = new URL('../subgraphs/memory/src/engine/scan.wat', import.meta.url);
const TARGET = new URL('../subgraphs/memory/src/engine/scan.wasm', import.meta.url);

/** The bytes of scan.wat, compiled. The same source gives the same bytes. */
export async function buildScan() {
  const { parseWat } = await wabt();
  const module = parseWat('scan.wat', readFileSync(SOURCE, 'utf8'), { simd: true });
  try {
    return module.toBinary({}).buffer;
  } finally {
    module.destroy();
  }
}

if (import.meta.main) writeFileSync(TARGET, await buildScan());
