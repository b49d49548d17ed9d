import { join } from 'node:path';
import { assertOutsideTransaction } from '@rae/database';
import type { ConfiguredModel } from '@rae/governance-subgraph';
import type { FirstTenant } from '@rae/identity';
import {
  type Embedder,
  type Generator,
  isPlatformError,
  NO_CAUSE,
  PlatformError,
  type Reranker,
  spendOf,
} from '@rae/kernel';
import { createEmbedder, createGenerator, createReranker, OFFLINE_DIMENSIONS, OFFLINE_MODEL } from '@rae/llm';
import type { Config } from './config.ts';
import { type Platform, systemCaller } from './platform.ts';

/** The models of this process; every call of them passes metering. */
export interface Models {
  readonly embedder: Embedder;
  readonly generator: Generator;
  /** Null: none is configured. */
  readonly reranker: Reranker | null;
  close(): Promise<void>;
}

const KEY_NAMES: Readonly<Record<string, string>> = {
  anthropic: 'ANTHROPIC_API_KEY',
  cohere: 'COHERE_API_KEY',
  google: 'GOOGLE_GENERATIVE_AI_API_KEY',
  openai: 'OPENAI_API_KEY',
  voyage: 'VOYAGE_API_KEY',
};

/** What the settings say of models, whichever process calls them. */
export function listConfigured({ embedding, generation, reranking, providerKeys }: Config): ConfiguredModel[] {
  const toModel = (purpose: ConfiguredModel['purpose'], id: string | null, dimensions: number | null) => {
    if (id === null) return [];
    const [provider = '', ...rest] = id.split('/');
    const key = KEY_NAMES[provider];
    const missing = key !== undefined && !providerKeys[provider];
    return [
      {
        provider,
        model: rest.join('/'),
        purpose,
        local: provider === 'local' || provider === 'transformers',
        unavailableBecause: missing ? `${key} is not set` : null,
        dimensions,
      },
    ];
  };
  const dimensions = embedding.dimensions ?? (embedding.model === OFFLINE_MODEL ? OFFLINE_DIMENSIONS : null);
  return [
    ...toModel('EMBED', embedding.model, dimensions),
    ...toModel('GENERATE', generation.model, null),
    ...toModel('RERANK', reranking.model, null),
  ];
}

const providerOf = (model: string | null): string => model?.split('/')[0] ?? '';

/** Says what is wrong with a model in the words of the environment: `prefix` is RAE_EMBED, RAE_GENERATE or RAE_RERANK. */
function explain(prefix: string, model: string | null) {
  const names: Readonly<Record<string, string>> = {
    model: `${prefix}_MODEL`,
    dimensions: `${prefix}_DIMENSIONS`,
    baseUrl: `${prefix}_URL`,
    apiKey: KEY_NAMES[providerOf(model)] ?? 'OPENAI_API_KEY',
  };
  return (error: unknown): never => {
    const setting = isPlatformError(error) ? names[String(error.details.field)] : undefined;
    if (!isPlatformError(error) || !setting) throw error;
    const reason = error.message.replace(/^\w+: /, '');
    throw new PlatformError(error.code, `${setting} (for ${model}): ${reason}`, { setting }, { cause: error });
  };
}

const accessTo =
  ({ providerKeys }: Config, model: string | null, baseUrl: string | null) =>
  (provider: string) => ({
    apiKey: providerKeys[provider] ?? undefined,
    baseUrl: (provider === providerOf(model) ? baseUrl : null) ?? undefined,
  });

/** @param payer its oldest project pays for what the models need to know of themselves */
export async function openModels(platform: Platform, payer: FirstTenant): Promise<Models> {
  const { config, logger, metrics, metering } = platform;
  const { embedding, generation, reranking } = config;
  const guard = { assertOutsideTransaction, meter: metering, logger, metrics };
  const modelDir = join(config.dataFolder, 'models');
  const ownSpend = spendOf(
    { caller: systemCaller(payer.tenantId), cause: NO_CAUSE },
    { projectId: payer.projectId, operation: 'EMBEDDING' },
  );
  const embedder = await createEmbedder({
    ...guard,
    ...embedding,
    modelDir,
    ownSpend,
    onCache: (hit) =>
      metrics.count('rae_embedding_cache_total', 'Query embeddings by whether they were at hand', { hit: String(hit) }),
  }).catch(explain('RAE_EMBED', embedding.model));
  const accessOf = accessTo(config, generation.model, generation.baseUrl);
  const { model, timeoutMs } = generation;
  const generator = await createGenerator({ ...guard, model, timeoutMs, accessOf }).catch(
    explain('RAE_GENERATE', model),
  );
  const access = accessTo(config, reranking.model, reranking.baseUrl)(providerOf(reranking.model));
  const reranker = reranking.model
    ? await createReranker({ ...guard, ...access, model: reranking.model, modelDir }).catch(
        explain('RAE_RERANK', reranking.model),
      )
    : null;
  return {
    embedder,
    generator,
    reranker,
    async close() {
      await Promise.all([embedder.close(), generator.close(), reranker?.close()]);
    },
  };
}
