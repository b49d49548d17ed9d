import type { Logger } from '@rae/kernel';

/** A call to a model that is not ours, told before it is made. */
export interface ModelCall {
  readonly provider: string;
  readonly model: string;
  readonly operation: 'EMBEDDING';
  readonly texts: number;
}

/**
 * Runs a call to a remote model and records what it took; may refuse it (BUDGET_EXCEEDED). `tokens` is what the
 * provider charges for, null when it does not say.
 */
export type Meter = <Result>(
  call: ModelCall,
  run: () => Promise<{ readonly result: Result; readonly tokens: number | null }>,
) => Promise<Result>;

/** What every embedder is given. */
export interface GuardSettings {
  /**
   * Throws when the calling code is inside a database transaction; called at the start of every embed, with what is
   * attempted.
   */
  readonly assertOutsideTransaction: (what: string) => void;
  /** Told for every query of one text whether its vector was at hand. */
  readonly onCache?: (hit: boolean) => void;
}

export interface OfflineEncoderSettings extends GuardSettings {
  /** Folder for model files; made when missing. */
  readonly modelDir: string;
  /** Longest wait for one batch of texts or one remote call with its retries; 30 000 when left out. */
  readonly timeoutMs?: number;
  /** Told why the process of a local encoder failed; callers are not, for a reason may name folders. */
  readonly logger?: Logger;
}

export interface EmbedderSettings extends OfflineEncoderSettings {
  /** `provider/model`: provider is local, openai, openai-compatible, google, voyage, ollama or transformers. */
  readonly model: string;
  /** Needed for openai, google and voyage; sent to openai-compatible and ollama when given. */
  readonly apiKey?: string;
  /** Where the provider is reached; its own address when left out, needed for openai-compatible. */
  readonly baseUrl?: string;
  /**
   * Asked of the remote model and part of the embedder's id; the model's own size, found by one call, when left out.
   */
  readonly dimensions?: number;
  /** Longest text in tokens that the remote model takes; what the provider documents when left out. */
  readonly maxTokens?: number;
  /** Wraps every call to a remote model. */
  readonly meter: Meter;
}

export const DEFAULT_TIMEOUT_MS = 30_000;
