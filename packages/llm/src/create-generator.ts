import type { GenerateRequest, Generator, Spend } from '@rae/kernel';
import { GENERATE_TIMEOUT_MS, type GeneratorSettings } from './settings.ts';
import { createTextBuffer } from './text-buffer.ts';
import { toTextMetering } from './text-metering.ts';

/** The AI SDK takes its time to load, and an installation that runs offline never needs it. */
const load = () => import('./remote/remote-generator.ts');

/**
 * Writes text by models of remote providers or of a local Ollama. Nothing is called before the first text is wanted.
 *
 * A stream is read to its end whether or not anybody listens; `signal` stops it.
 *
 * @throws BAD_USER_INPUT when the default model is unknown, or its key or address is missing
 */
export async function createGenerator(settings: GeneratorSettings): Promise<Generator> {
  const timeoutMs = settings.timeoutMs ?? GENERATE_TIMEOUT_MS;
  const metering = toTextMetering(settings, timeoutMs);
  const closing = new AbortController();
  const write = async (
    request: GenerateRequest,
    spend: Spend,
    signal?: AbortSignal,
    onText?: (text: string) => void,
  ) => {
    settings.assertOutsideTransaction('generating text');
    const { generateText, streamText } = await load();
    const options = { ...settings, timeoutMs, metering, closing: closing.signal };
    return onText ? streamText(options, request, spend, onText, signal) : generateText(options, request, spend, signal);
  };
  if (settings.model !== null) (await load()).checkModel({ ...settings, metering }, settings.model);
  return {
    defaultModel: settings.model,
    generate: (request, spend, signal) => write(request, spend, signal),
    stream(request, spend, signal) {
      const deltas = createTextBuffer();
      const done = write(request, spend, signal, deltas.write).finally(deltas.end);
      // Who only reads the deltas is told by their end.
      done.catch(() => {});
      return { deltas, done };
    },
    async close() {
      closing.abort();
    },
  };
}
