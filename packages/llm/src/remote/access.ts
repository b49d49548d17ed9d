import { badInput } from '@rae/kernel';

/** What a provider is reached with. */
export interface Access {
  readonly apiKey?: string | undefined;
  readonly baseUrl?: string | undefined;
}

/** @throws BAD_USER_INPUT naming what a provider lacks */
export function needed(field: 'apiKey' | 'baseUrl', provider: string, value: string | undefined): string {
  if (value) return value;
  throw badInput(field, `is missing; ${provider} needs ${field === 'apiKey' ? 'a key' : 'the address of its API'}`);
}

/** @throws BAD_USER_INPUT unless it is left out or an http(s) URL */
export function checkBaseUrl(baseUrl: string | undefined): void {
  if (baseUrl && !/^https?:$/.test(URL.parse(baseUrl)?.protocol ?? ''))
    throw badInput('baseUrl', 'is not an address; it looks like https://host/v1');
}

/** The addresses of providers that speak OpenAI's protocol, and the key where they want one. */
export const OPENAI_LIKE: Readonly<Record<string, (access: Access) => { baseURL: string; apiKey?: string }>> = {
  openai: ({ apiKey, baseUrl }) => ({
    baseURL: baseUrl ?? 'https://api.openai.com/v1',
    apiKey: needed('apiKey', 'openai', apiKey),
  }),
  'openai-compatible': ({ apiKey, baseUrl }) => ({
    baseURL: needed('baseUrl', 'openai-compatible', baseUrl),
    ...(apiKey ? { apiKey } : {}),
  }),
  ollama: ({ apiKey, baseUrl }) => ({
    baseURL: `${(baseUrl ?? OLLAMA_URL).replace(/\/+$/, '')}/v1`,
    ...(apiKey ? { apiKey } : {}),
  }),
};

const OLLAMA_URL = 'http://127.0.0.1:11434';
const THIS_MACHINE = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

/**
 * Whether the model runs on this machine, and so costs nothing: Ollama's at a loopback address, but for those that it only
 * passes on to its cloud (their names end in `cloud`).
 */
export const isLocal = (provider: string, model: string, { baseUrl }: Access): boolean =>
  provider === 'ollama' && THIS_MACHINE.test(URL.parse(baseUrl ?? OLLAMA_URL)?.hostname ?? '') && !/cloud$/.test(model);

/** @throws BAD_USER_INPUT naming the models that there are */
export function refuseModel(given: string, providers: readonly string[]): never {
  throw badInput('model', `is not known; use one of ${providers.join(', ')}`, { given });
}
