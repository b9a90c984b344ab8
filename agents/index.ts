import type { BackboneSettings } from "../llm/backbone.ts";
import type { ChatModel } from "../llm/chat-model.ts";
import { createOpenAiChatModel } from "../llm/openai-chat-model.ts";
import type { Agent } from "../protocol/agent.ts";
import type { AgentName } from "../protocol/names.ts";
import { createBaseModel } from "./base-model/base-model.ts";
import { builtinStrategist } from "./ft-agent/builtin/strategist.ts";
import { createFtAgent } from "./ft-agent/ft-agent.ts";
import { languageModelStrategist } from "./ft-agent/language-model/strategist.ts";
import { createManualSft } from "./manual-sft/manual-sft.ts";
import { UnknownBackboneError } from "./unknown-backbone-error.ts";

export { AgentFailure } from "../llm/agent-failure.ts";
export { LlmRejectedError } from "../llm/llm-rejected-error.ts";
export { LlmRetryableError } from "../llm/llm-retryable-error.ts";
export { MissingApiKeyError } from "../llm/missing-api-key-error.ts";
export { UnknownBackboneError } from "./unknown-backbone-error.ts";

/** Name of the backbone that needs no language model. */
export const BUILTIN = "builtin";

export interface AgentOptions {
  readonly name: AgentName;
  /** `builtin`, or a key of `backbones`. Agents that do not plan take no notice of it. */
  readonly backbone: string;
  /** Language models by name, from the configuration. @default none */
  readonly backbones?: Readonly<Record<string, BackboneSettings>>;
  /** Where API keys are read from. @default process.env */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Aborts language model calls in flight. @default none */
  readonly signal?: AbortSignal;
  /** Used instead of the endpoint: recorded replies in tests. @default the backbone's endpoint */
  readonly chat?: ChatModel;
}

/**
 * The agent of a run.
 * @throws UnknownBackboneError for a backbone that is not configured; MissingApiKeyError where its key is not set.
 */
export function createAgent(options: AgentOptions): Agent {
  switch (options.name) {
    case "base-model":
      return createBaseModel();
    case "manual-sft":
      return createManualSft();
    case "ft-agent":
      return createFtAgent(createBackbone(options));
  }
}

function createBackbone(options: AgentOptions): Agent {
  if (options.backbone === BUILTIN) return builtinStrategist();
  const backbones = options.backbones ?? {};
  const settings = Object.hasOwn(backbones, options.backbone)
    ? backbones[options.backbone]
    : undefined;
  if (!settings)
    throw new UnknownBackboneError(options.backbone, [BUILTIN, ...Object.keys(backbones)]);
  const chat =
    options.chat ??
    createOpenAiChatModel({
      name: options.backbone,
      settings,
      env: options.env ?? process.env,
      ...(options.signal ? { signal: options.signal } : {}),
    });
  return languageModelStrategist({
    chat,
    maxRepairs: settings.maxRepairs ?? 2,
    schemaInPrompt: (settings.structuredOutput ?? "json_schema") !== "json_schema",
  });
}
