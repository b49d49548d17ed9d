import type { Spend } from '@rae/kernel';
import type { ModelName } from '@rae/metering';
import { countLanguageModel } from '../metered/count-language-model.ts';
import { meterEmbeddingModel } from '../metered/meter-embedding-model.ts';
import { type LanguageSpend, meterLanguageModel, type TextMetering } from '../metered/meter-language-model.ts';
import { meterRerankingModel } from '../metered/meter-reranking-model.ts';
import type { EmbeddingModel, LanguageModel, MeteredRerankingModel } from '../metered/models.ts';
import { type Access, checkBaseUrl, isLocal, refuseModel } from './access.ts';
import { EMBEDDING_PROVIDERS, LANGUAGE_PROVIDERS, type OpenedEmbedding, RERANKING_PROVIDERS } from './providers.ts';

/** A model that can be called by whoever says who pays. */
export interface Opened<Model, Who> {
  readonly name: ModelName;
  /** True: on this machine, at no cost. */
  readonly local: boolean;
  readonly paidBy: (who: Who) => Model;
}

function find<Model>(providers: Readonly<Record<string, Model>>, provider: string, model: string): Model {
  const found = Object.hasOwn(providers, provider) ? providers[provider] : undefined;
  if (found && model) return found;
  const names = Object.keys(providers).map((name) => `${name}/<model>`);
  const own = providers === EMBEDDING_PROVIDERS ? ['local/use-lite-int8', 'transformers/<model>'] : [];
  return refuseModel(`${provider}/${model}`, [...own, ...names]);
}

export interface OpenedEmbedder extends Opened<EmbeddingModel, Spend> {
  readonly maxTokens: number;
  readonly optionsFor: OpenedEmbedding['optionsFor'];
}

/**
 * A provider's embedding model; nothing is called yet.
 *
 * @throws BAD_USER_INPUT when the provider is unknown, a key or an address is missing, or the address is no http(s) URL
 */
export function openEmbedding(provider: string, model: string, access: Access, metering: TextMetering): OpenedEmbedder {
  checkBaseUrl(access.baseUrl);
  const opened = find(EMBEDDING_PROVIDERS, provider, model)(model, access);
  const name = metering.meter.prices.normalise(model, provider);
  const local = isLocal(provider, model, access);
  return {
    name,
    local,
    maxTokens: opened.maxTokens,
    optionsFor: opened.optionsFor,
    paidBy: (spend) => (local ? opened.model : meterEmbeddingModel(opened.model, name, metering, spend)),
  };
}

/** Where providers are reached, by their names. */
export type AccessOf = (provider: string) => Access;

/** A provider's language model, as openEmbedding. A budget may have another one of `accessOf` called in its place. */
export function openLanguage(
  provider: string,
  model: string,
  accessOf: AccessOf,
  metering: TextMetering,
): Opened<LanguageModel, LanguageSpend> {
  const open = (ofProvider: string, ofModel: string) => {
    const access = accessOf(ofProvider);
    checkBaseUrl(access.baseUrl);
    return find(LANGUAGE_PROVIDERS, ofProvider, ofModel)(ofModel, access);
  };
  const opened = open(provider, model);
  const name = metering.meter.prices.normalise(model, provider);
  const local = isLocal(provider, model, accessOf(provider));
  return {
    name,
    local,
    paidBy: (who) =>
      local
        ? countLanguageModel(opened, name, metering, who)
        : meterLanguageModel(opened, name, { ...metering, openOther: open }, who),
  };
}

/** A provider's reranking model, as openEmbedding. */
export function openReranking(
  provider: string,
  model: string,
  access: Access,
  metering: TextMetering,
): Opened<MeteredRerankingModel, Spend> {
  checkBaseUrl(access.baseUrl);
  const opened = find(RERANKING_PROVIDERS, provider, model)(model, access);
  const name = metering.meter.prices.normalise(model, provider);
  return { name, local: false, paidBy: (spend) => meterRerankingModel(opened, name, metering, spend) };
}
