import { badInput, type Generated, type GenerateRequest, isPlatformError, type Spend } from '@rae/kernel';
import type { ModelName } from '@rae/metering';
import { generateText as generate, streamText as stream } from 'ai';
import type { TextMetering } from '../metered/meter-language-model.ts';
import { type AccessOf, openLanguage } from './open-models.ts';
import { type CallSignals, explainRemoteError } from './remote-error.ts';

export interface RemoteGeneratorOptions {
  readonly model: string | null;
  readonly accessOf: AccessOf;
  readonly timeoutMs: number;
  readonly metering: TextMetering;
  readonly closing: AbortSignal;
}

const MAX_RETRIES = 2;

const nameOf = ({ provider, model }: ModelName): string => `${provider}/${model}`;

/** `provider/model` as the caller wrote it; the provider of a bare name is whose models bear such names. */
function split(asked: string, metering: TextMetering): ModelName {
  const [provider = '', ...rest] = asked.split('/');
  if (rest.length > 0) return { provider, model: rest.join('/') };
  return { provider: metering.meter.prices.normalise(asked).provider, model: asked };
}

type Opening = Pick<RemoteGeneratorOptions, 'accessOf' | 'metering'>;

/** @throws BAD_USER_INPUT for a model that this installation cannot call, naming what it lacks */
export const checkModel = ({ accessOf, metering }: Opening, model: string): void => {
  const name = split(model, metering);
  openLanguage(name.provider, name.model, accessOf, metering);
};

/** A client names a model, not this installation's keys and addresses. */
function openAsked({ accessOf, metering }: Opening, { provider, model }: ModelName) {
  try {
    return openLanguage(provider, model, accessOf, metering);
  } catch (error) {
    if (!isPlatformError(error)) throw error;
    throw badInput('model', `${provider}/${model} is not set up here (${error.message})`, { given: model });
  }
}

/** The model that a request asks for, to be paid by its spend; `calls` tells which ones were called. */
function open(options: RemoteGeneratorOptions, { model, maxCostNano }: GenerateRequest, spend: Spend) {
  const asked = model ?? options.model;
  if (asked === null)
    throw badInput('model', 'must name one, such as openai/gpt-4o-mini: this installation has no default');
  const name = split(asked, options.metering);
  const opened = openAsked(options, name);
  const calls: { name: ModelName; ended: Promise<void> }[] = [];
  return {
    id: nameOf(name),
    model: opened.paidBy({ spend, maxCostNano, onCall: (call) => calls.push(call) }),
    /** The model that wrote the text: the one called last. */
    writer: () => nameOf(calls.at(-1)?.name ?? opened.name),
    settled: () => Promise.all(calls.map(({ ended }) => ended)),
  };
}

const join = ({ timeout, closing, caller }: CallSignals) =>
  AbortSignal.any([timeout, closing, ...(caller ? [caller] : [])]);

/** See Generator.generate. */
export async function generateText(
  options: RemoteGeneratorOptions,
  request: GenerateRequest,
  spend: Spend,
  caller?: AbortSignal,
): Promise<Generated> {
  const { id, model, writer } = open(options, request, spend);
  const signals = { caller, timeout: AbortSignal.timeout(options.timeoutMs), closing: options.closing };
  try {
    const { text } = await generate({
      model,
      instructions: request.system,
      prompt: request.prompt,
      maxOutputTokens: request.maxOutputTokens,
      maxRetries: MAX_RETRIES,
      abortSignal: join(signals),
    });
    return { text, model: writer(), timeToFirstTokenMs: null };
  } catch (error) {
    throw explainRemoteError(id, error, signals, 'text');
  }
}

/** Fires when nothing was heard for `ms`. */
function createSilence(ms: number) {
  const silent = new AbortController();
  const timer = setTimeout(() => silent.abort(), ms);
  return { signal: silent.signal, heard: () => void timer.refresh(), stop: () => clearTimeout(timer) };
}

/** See Generator.stream; resolves once the call is settled. */
export async function streamText(
  options: RemoteGeneratorOptions,
  request: GenerateRequest,
  spend: Spend,
  onText: (text: string) => void,
  caller?: AbortSignal,
): Promise<Generated> {
  const { id, model, writer, settled } = open(options, request, spend);
  const silence = createSilence(options.timeoutMs);
  const signals = { caller, timeout: silence.signal, closing: options.closing };
  const started = performance.now();
  let timeToFirstTokenMs: number | null = null;
  let text = '';
  try {
    const { stream: parts } = stream({
      model,
      instructions: request.system,
      prompt: request.prompt,
      maxOutputTokens: request.maxOutputTokens,
      maxRetries: MAX_RETRIES,
      abortSignal: join(signals),
      onError: () => {}, // told as a part of the stream; the default prints it
    });
    for await (const part of parts) {
      silence.heard();
      if (part.type === 'error') throw part.error;
      if (part.type === 'abort') throw new Error('aborted');
      if (part.type !== 'text-delta') continue;
      timeToFirstTokenMs ??= performance.now() - started;
      text += part.text;
      onText(part.text);
    }
    return { text, model: writer(), timeToFirstTokenMs };
  } catch (error) {
    throw explainRemoteError(id, error, signals, 'text');
  } finally {
    silence.stop();
    await settled();
  }
}
