import { parse } from "yaml";
import { z } from "zod";
import type { Diagnosis, Strategy } from "../../../protocol/strategy.ts";
import { trainConfigSchema } from "../../../protocol/train-config.ts";

// Lengths are not checked here but cut afterwards: a sentence too many is no reason for another call.
const strategyDraftSchema = z.strictObject({
  hypothesis: z.string().min(1),
  reason: z.string().min(1),
  parent: z.number().int().positive().nullable(),
  focus: z.enum(["data", "training", "both"]),
  dataPlan: z.array(z.string()),
  trainingPlan: z.array(z.string()),
});

/** A proposal as the model writes it; `iterations` are those that a parent may be. */
export function proposalDraftSchema(iterations: readonly number[]) {
  return z
    .strictObject({ stop: z.string().nullable(), strategy: strategyDraftSchema.nullable() })
    .superRefine(({ stop, strategy }, issues) => {
      if ((stop === null) === (strategy === null)) {
        issues.addIssue({
          code: "custom",
          path: ["stop"],
          message: "exactly one of stop and strategy is null",
        });
      }
      const parent = strategy?.parent ?? null;
      if (parent !== null && !iterations.includes(parent)) {
        const known =
          iterations.length === 0 ? "there is none yet: use null" : iterations.join(", ");
        issues.addIssue({
          code: "custom",
          path: ["strategy", "parent"],
          message: `no such iteration (${known})`,
        });
      }
    });
}

/** A submission as the model writes it; train.yaml must parse and keep to the environment's schema. */
export const submissionDraftSchema = z
  .strictObject({
    processData: z.string().min(1).max(200_000),
    trainYaml: z.string().min(1).max(20_000),
  })
  .superRefine(({ trainYaml }, issues) => {
    try {
      const checked = trainConfigSchema.safeParse(parse(trainYaml) ?? {});
      if (checked.success) return;
      issues.addIssue({
        code: "custom",
        path: ["trainYaml"],
        message: z.prettifyError(checked.error),
      });
    } catch (error) {
      issues.addIssue({
        code: "custom",
        path: ["trainYaml"],
        message: `no YAML: ${(error as Error).message}`,
      });
    }
  });

/** A diagnosis as the model writes it. */
export const diagnosisDraftSchema = z.strictObject({
  summary: z.string().min(1),
  lessons: z.array(z.string()),
  suggestions: z.array(z.string()),
});

/** The draft within the protocol's lengths. */
export function toStrategy(draft: z.infer<typeof strategyDraftSchema>): Strategy {
  return {
    hypothesis: cut(draft.hypothesis, 600),
    reason: cut(draft.reason, 2000),
    parent: draft.parent,
    focus: draft.focus,
    dataPlan: cutAll(draft.dataPlan, 20),
    trainingPlan: cutAll(draft.trainingPlan, 20),
    notation: null,
  };
}

/** The draft within the protocol's lengths. */
export function toDiagnosis(draft: z.infer<typeof diagnosisDraftSchema>): Diagnosis {
  return {
    summary: cut(draft.summary, 2000),
    lessons: cutAll(draft.lessons, 12),
    suggestions: cutAll(draft.suggestions, 12),
  };
}

function cutAll(texts: readonly string[], count: number): string[] {
  return texts
    .filter((text) => text.trim() !== "")
    .slice(0, count)
    .map((text) => cut(text, 600));
}

function cut(text: string, characters: number): string {
  return text.length <= characters ? text : `${text.slice(0, characters - 3)}...`;
}
