import type { Logger, Spend } from '@rae/kernel';
import type { Metrics } from '@rae/telemetry';
import type { Meter } from './meter.ts';
import type { Access } from './remote/access.ts';

/** What every model is given. */
export interface GuardSettings {
  /**
   * Throws when the calling code is inside a database transaction; called at the start of every call, with what is
   * attempted.
   */
  readonly assertOutsideTransaction: (what: string) => void;
  /** Books every call. Left out: only offline models, and nobody counts them. */
  readonly meter?: Meter;
}

export interface CacheSettings {
  /** Told for every query of one text whether its vector was at hand. */
  readonly onCache?: (hit: boolean) => void;
}

export interface OfflineEncoderSettings extends GuardSettings, CacheSettings {
  /** Folder for model files; made when missing. */
  readonly modelDir: string;
  /** Longest wait for one batch of texts or one remote call with its retries; 30 000 when left out. */
  readonly timeoutMs?: number;
  /** Told why the process of a local encoder failed; callers are not, for a reason may name folders. */
  readonly logger?: Logger;
}

/** What models behind a provider's API are given besides. */
export interface RemoteSettings extends GuardSettings {
  readonly meter: Meter;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface EmbedderSettings extends OfflineEncoderSettings, RemoteSettings, Access {
  readonly meter: Meter;
  readonly logger: Logger;
  /** `provider/model`: provider is local, openai, openai-compatible, google, voyage, ollama or transformers. */
  readonly model: string;
  /**
   * Asked of the remote model and part of the embedder's id; the model's own size, found by one call, when left out.
   */
  readonly dimensions?: number;
  /** Longest text in tokens that the remote model takes; what the provider documents when left out. */
  readonly maxTokens?: number;
  /** Pays for that one call. */
  readonly ownSpend: Spend;
}

export interface GeneratorSettings extends RemoteSettings {
  /** `provider/model`: provider is openai, openai-compatible, anthropic, google or ollama; null: none. */
  readonly model: string | null;
  /** Where each provider is reached, and with which key. */
  readonly accessOf: (provider: string) => Access;
  /** Longest wait for a whole text, or for the next piece of a streamed one; 120 000 when left out. */
  readonly timeoutMs?: number;
}

export interface RerankerSettings extends RemoteSettings, Access {
  /** `provider/model`: provider is cohere, voyage, openai-compatible or transformers. */
  readonly model: string;
  /** Folder for model files; made when missing. */
  readonly modelDir: string;
  /** Longest wait for one call with its retries; 30 000 when left out. */
  readonly timeoutMs?: number;
}

export const DEFAULT_TIMEOUT_MS = 30_000;
export const GENERATE_TIMEOUT_MS = 120_000;
