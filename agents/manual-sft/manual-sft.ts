import { readFileSync } from "node:fs";
import { stringify } from "yaml";
import { z } from "zod";
import type { Agent, AgentContext } from "../../protocol/agent.ts";
import type { SubmissionFiles } from "../../protocol/strategy.ts";
import { trainConfigSchema } from "../../protocol/train-config.ts";
import { NO_USAGE } from "../../protocol/usage.ts";
import { STARTING_SETTINGS } from "../starting-settings.ts";

const profileSchema = z.object({ sources: z.array(z.object({ rows: z.number() })) });

/**
 * Comparator with one fixed recipe: all raw data as it is but for what the card forbids, the default training settings, one
 * iteration. It neither looks at the data nor learns from feedback.
 */
export function createManualSft(): Agent {
  return {
    writtenBy: "ours",
    async propose(context) {
      if (context.iteration > 1 || context.history.length > 0) {
        return { kind: "stop", reason: "the fixed recipe was tried", usage: NO_USAGE };
      }
      return {
        kind: "strategy",
        usage: NO_USAGE,
        strategy: {
          hypothesis: "Supervised fine-tuning on all raw data teaches the task.",
          reason: "The fixed recipe of a person who takes the data as it comes.",
          parent: null,
          focus: "both",
          dataPlan: ["concatenate all sources as they are", "shuffle"],
          trainingPlan: ["default settings, three epochs or as many steps as the card allows"],
          notation: null,
        },
      };
    },
    async implement(context) {
      return { files: recipe(context), usage: NO_USAGE };
    },
    async diagnose(_context, _strategy, { feedback, decision }) {
      const failure = feedback.execution.failure;
      const summary = failure ? `${failure.class}: ${failure.message}` : decision.reason;
      return {
        diagnosis: { summary: summary.slice(0, 2000), lessons: [], suggestions: [] },
        usage: NO_USAGE,
      };
    },
  };
}

function recipe({ card, profile }: AgentContext): SubmissionFiles {
  const plan = {
    sources: card.sources.map(({ file, promptField, completionField }) => ({
      file,
      promptField,
      completionField,
    })),
    maxRows: card.limits.maxRows,
    personalData: card.constraints?.personalData ?? "allowed",
  };
  const template = readFileSync(new URL("./process_data.py", import.meta.url), "utf8");
  // The plan's JSON, quoted as a JSON string, is a Python string literal too.
  const literal = JSON.stringify(JSON.stringify(plan));
  const defaults = trainConfigSchema.parse(STARTING_SETTINGS[card.tier]);
  const known = profileSchema.safeParse(profile);
  const rows = known.success
    ? known.data.sources.reduce((sum, source) => sum + source.rows, 0)
    : card.limits.maxRows;
  const epochs = defaults.num_train_epochs * Math.min(rows, card.limits.maxRows);
  const { per_device_train_batch_size: rowsAtOnce, gradient_accumulation_steps: times } = defaults;
  const steps = Math.ceil(epochs / (rowsAtOnce * times));
  return {
    processData: template.replace("PLAN = {}", () => `PLAN = json.loads(${literal})`),
    trainYaml: stringify({
      ...defaults,
      max_steps: Math.max(1, Math.min(card.limits.maxSteps, steps)),
    }),
  };
}
