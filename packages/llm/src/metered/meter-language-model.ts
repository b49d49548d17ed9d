import { PlatformError, type Spend } from '@rae/kernel';
import { type CountTokens, type ModelName, NO_USAGE, tokensToHold, type Usage } from '@rae/metering';
import { wrapLanguageModel } from 'ai';
import { type ProviderUsage, toUsage } from './call-usage.ts';
import { endFailed } from './end-call.ts';
import { meterStream } from './meter-stream.ts';
import type { LanguageCall, LanguageModel } from './models.ts';
import { type CallMetering, type OpenCall, openCall } from './open-call.ts';

/** What every model of texts is metered with. */
export interface TextMetering extends CallMetering {
  readonly countTokens: CountTokens;
}

export interface LanguageMetering extends TextMetering {
  /** Opens the model that a budget names instead of the one asked for; throws where it is not configured. */
  readonly openOther: (provider: string, model: string) => LanguageModel;
}

export interface LanguageSpend {
  readonly spend: Spend;
  readonly maxCostNano: bigint | null;
  /** Told which model is called, each time one is. */
  readonly onCall: (call: { readonly name: ModelName; readonly ended: Promise<void> }) => void;
}

/** What chat formats wrap around a message, and around a conversation. OpenAI's cookbook counts 3 and 3; others take a little more. */
const MESSAGE_TOKENS = 8;

/** Output that a call may make when nobody says: the largest that common models write by default. */
const DEFAULT_MAX_OUTPUT = 16_384;

function textOf({ prompt }: LanguageCall): string {
  const parts = prompt.map(({ content }) =>
    typeof content === 'string' ? content : content.map((one) => (one.type === 'text' ? one.text : '')).join('\n'),
  );
  return parts.join('\n');
}

async function openOther(call: OpenCall, metering: LanguageMetering): Promise<LanguageModel> {
  const { provider, model } = call.reservation;
  try {
    return metering.openOther(provider, model);
  } catch (cause) {
    await call.release('MODEL_UNAVAILABLE');
    const name = `${provider}/${model}`;
    const message = `A budget names ${name} instead, which this installation cannot call; set its key, or another downgradeTo.`;
    throw new PlatformError('MODEL_UNAVAILABLE', message, { model: name, retryable: false }, { cause });
  }
}

interface Begun {
  readonly call: OpenCall;
  readonly model: LanguageModel;
  /** Input as it was counted here. */
  readonly input: Usage;
  /** The provider's usage, or what was counted here where it says none. */
  readonly settle: (reported: ProviderUsage | null, written: string) => Promise<void>;
  /** What was spent when the call broke off after so much text. */
  readonly spentAfter: (written: string) => Promise<Usage>;
}

async function begin(
  model: LanguageModel,
  name: ModelName,
  metering: LanguageMetering,
  { spend, maxCostNano, onCall }: LanguageSpend,
  params: LanguageCall,
): Promise<Begun> {
  const counted = await metering.countTokens(name, textOf(params));
  const overhead = MESSAGE_TOKENS * (params.prompt.length + 1);
  const call = await openCall(metering, spend, {
    ...name,
    operation: 'chat',
    inputTokens: tokensToHold(counted) + overhead,
    maxOutputTokens: params.maxOutputTokens ?? DEFAULT_MAX_OUTPUT,
    maxCostNano,
  });
  const { provider, model: chosen, downgraded } = call.reservation;
  onCall({ name: { provider, model: chosen }, ended: call.ended });
  const input = { ...NO_USAGE, inputTokens: counted.tokens + overhead };
  const spentAfter = async (written: string) => ({
    ...input,
    outputTokens: written ? (await metering.countTokens(call.reservation, written)).tokens : 0,
  });
  return {
    call,
    model: downgraded ? await openOther(call, metering) : model,
    input,
    spentAfter,
    async settle(reported, written) {
      const usage = reported && toUsage(reported);
      await call.settle(usage ?? (await spentAfter(written)), usage === null, null);
    },
  };
}

/**
 * A language model each of whose calls, retries included, is held on the budgets before it is made and settled once when it
 * ends, whichever way: answered, broken off, cancelled.
 */
export const meterLanguageModel = (
  model: LanguageModel,
  name: ModelName,
  metering: LanguageMetering,
  spend: LanguageSpend,
): LanguageModel =>
  wrapLanguageModel({
    model,
    middleware: {
      async wrapGenerate({ params }) {
        const begun = await begin(model, name, metering, spend, params);
        try {
          const result = await begun.call.within(() => begun.model.doGenerate(params));
          const written = result.content.map((part) => (part.type === 'text' ? part.text : '')).join('');
          await begun.settle(result.usage, written);
          return result;
        } catch (error) {
          await endFailed(begun.call, error, begun.input);
          throw error;
        }
      },
      async wrapStream({ params }) {
        const begun = await begin(model, name, metering, spend, params);
        try {
          const result = await begun.call.within(() => begun.model.doStream(params));
          return { ...result, stream: meterStream(result.stream, begun, metering, params.abortSignal) };
        } catch (error) {
          await endFailed(begun.call, error, begun.input);
          throw error;
        }
      },
    },
  });
