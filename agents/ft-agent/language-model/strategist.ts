import { z } from "zod";
import type { ChatModel } from "../../../llm/chat-model.ts";
import { generateStructured } from "../../../llm/structured-output.ts";
import type { Agent } from "../../../protocol/agent.ts";
import { trainConfigSchema } from "../../../protocol/train-config.ts";
import { contextText, feedbackText, filesText, strategyText } from "./prompts/context.ts";
import { diagnosePrompt } from "./prompts/diagnose.ts";
import { implementPrompt, repairPrompt } from "./prompts/implement.ts";
import { proposePrompt } from "./prompts/propose.ts";
import { SYSTEM_PROMPT } from "./prompts/system.ts";
import {
  diagnosisDraftSchema,
  proposalDraftSchema,
  submissionDraftSchema,
  toDiagnosis,
  toStrategy,
} from "./schemas.ts";

export interface LanguageModelOptions {
  readonly chat: ChatModel;
  /** Times that an unusable reply is asked for again. */
  readonly maxRepairs: number;
  /** State the schema in the prompt: for endpoints that do not enforce it. */
  readonly schemaInPrompt: boolean;
}

/**
 * The backbone that asks a language model, once per phase: propose over all experiments so far, implement, repair by
 * fail-fast results, diagnose. Errors as `generateStructured` throws them.
 */
export function languageModelStrategist(options: LanguageModelOptions): Agent {
  const ask = <T>(name: string, schema: z.ZodType<T>, prompt: string) =>
    generateStructured({
      ...options,
      name,
      schema,
      messages: [
        { role: "system", content: SYSTEM_PROMPT },
        { role: "user", content: prompt },
      ],
    });
  const trainSchema = JSON.stringify(z.toJSONSchema(trainConfigSchema, { io: "input" }));
  return {
    writtenBy: "language-model",
    async propose(context) {
      const schema = proposalDraftSchema(context.history.map(({ iteration }) => iteration));
      const prompt = proposePrompt(contextText(context), context.iteration, context.iterationsLeft);
      const { value, usage } = await ask("proposal", schema, prompt);
      if (value.strategy) return { kind: "strategy", strategy: toStrategy(value.strategy), usage };
      return { kind: "stop", reason: (value.stop ?? "").slice(0, 600) || "no reason given", usage };
    },
    async implement(context, strategy, repair) {
      const parent = context.history.find(({ iteration }) => iteration === strategy.parent);
      const shared = { strategy: strategyText(strategy), trainSchema };
      const prompt = repair
        ? repairPrompt(contextText(context), {
            ...shared,
            number: repair.number,
            files: filesText(repair.submission),
            feedback: feedbackText(repair.feedback),
          })
        : implementPrompt(contextText(context), {
            ...shared,
            parentFiles: parent?.submission ? filesText(parent.submission) : null,
          });
      const { value, usage } = await ask("submission", submissionDraftSchema, prompt);
      return { files: value, usage };
    },
    async diagnose(context, strategy, { feedback, decision }) {
      const prompt = diagnosePrompt(contextText(context), {
        strategy: strategyText(strategy),
        feedback: feedbackText(feedback),
        decision: `${decision.accepted ? "accepted" : "not accepted"}: ${decision.reason}`,
      });
      const { value, usage } = await ask("diagnosis", diagnosisDraftSchema, prompt);
      return { diagnosis: toDiagnosis(value), usage };
    },
  };
}
