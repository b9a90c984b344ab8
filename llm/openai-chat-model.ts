import OpenAI from "openai";
import type { Usage } from "../protocol/usage.ts";
import { readApiKey } from "./api-key.ts";
import type { BackboneSettings } from "./backbone.ts";
import type { ChatMessage, ChatModel, ChatReply, ChatRequest } from "./chat-model.ts";
import { LlmRetryableError } from "./llm-retryable-error.ts";
import { mapOpenAiError } from "./openai-error.ts";

/** What `createOpenAiChatModel` needs. */
export interface OpenAiOptions {
  /** Name of the backbone, for messages. */
  readonly name: string;
  readonly settings: BackboneSettings;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborts calls in flight. @default none */
  readonly signal?: AbortSignal;
}

/**
 * Adapter to package `openai` (the only file that calls it): one chat completion per call, never retried here, since Temporal
 * retries the activity.
 * @throws MissingApiKeyError when the key's environment variable is unset.
 */
export function createOpenAiChatModel(options: OpenAiOptions): ChatModel {
  const { settings, env } = options;
  const apiKey = readApiKey(options.name, settings, env);
  const client = new OpenAI({
    apiKey: apiKey ?? "none",
    baseURL: settings.baseUrl,
    organization: null,
    project: null,
    maxRetries: 0,
    timeout: settings.timeoutMs,
    logLevel: "off",
  });
  return {
    async complete(request) {
      try {
        const completion = await client.chat.completions.create(
          toParameters(request, settings),
          options.signal ? { signal: options.signal } : {},
        );
        return toReply(completion, request, settings, options.name);
      } catch (error) {
        if (error instanceof LlmRetryableError) throw error;
        throw mapOpenAiError(error, { backbone: options.name, apiKey, nowMs: Date.now() });
      }
    },
  };
}

function toParameters(
  request: ChatRequest,
  settings: BackboneSettings,
): OpenAI.Chat.ChatCompletionCreateParamsNonStreaming {
  const schema = request.responseSchema;
  const structured = settings.structuredOutput ?? "json_schema";
  return {
    model: settings.model,
    messages: request.messages.map((message) => ({ ...message })),
    [settings.maxTokensField ?? "max_completion_tokens"]: settings.maxCompletionTokens,
    ...(settings.temperature === null ? {} : { temperature: settings.temperature }),
    ...(schema && structured === "json_schema"
      ? {
          response_format: {
            type: "json_schema" as const,
            json_schema: { name: schema.name, schema: { ...schema.schema }, strict: true },
          },
        }
      : {}),
    ...(schema && structured === "json_object"
      ? { response_format: { type: "json_object" as const } }
      : {}),
  };
}

function toReply(
  completion: OpenAI.Chat.ChatCompletion,
  request: ChatRequest,
  settings: BackboneSettings,
  backbone: string,
): ChatReply {
  const choice = completion?.choices?.[0];
  if (!choice?.message) {
    throw new LlmRetryableError(`backbone ${backbone}: the reply holds no choice`, {
      status: 200,
      retryAfterMs: null,
    });
  }
  const text = choice.message.content ?? null;
  return {
    text,
    refusal: choice.message.refusal ?? null,
    finishReason: choice.finish_reason ?? "unknown",
    usage: toUsage(completion.usage, request.messages, text, settings),
  };
}

/** Tokens as reported; where an endpoint reports none, a quarter of the characters, so that a budget still counts something. */
function toUsage(
  reported: OpenAI.CompletionUsage | undefined,
  messages: readonly ChatMessage[],
  text: string | null,
  settings: BackboneSettings,
): Usage {
  const sent = messages.reduce((sum, message) => sum + message.content.length, 0);
  const promptTokens = reported?.prompt_tokens ?? Math.ceil(sent / 4);
  const completionTokens = reported?.completion_tokens ?? Math.ceil((text?.length ?? 0) / 4);
  const price = settings.pricePerMillion;
  return {
    calls: 1,
    promptTokens,
    completionTokens,
    costUsd: (promptTokens * price.promptUsd + completionTokens * price.completionUsd) / 1e6,
  };
}
