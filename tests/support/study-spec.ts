import { randomUUID } from "node:crypto";
import { type StudySpec, studySpecSchema } from "../../protocol/study-spec.ts";
import { runSpec } from "./run-spec.ts";

/** A study's specification over scripted runs of one iteration; `changes` override it. */
export function studySpec(changes: Partial<StudySpec> = {}): StudySpec {
  return studySpecSchema.parse({
    name: `test-${randomUUID().slice(0, 8)}`,
    tasks: [
      { id: "sums", domain: "math" },
      { id: "claims", domain: "patent" },
    ],
    variants: ["ft-agent", "manual-sft"].map(variantSpec),
    seeds: [1, 2],
    exclude: [],
    concurrency: 2,
    priority: 3,
    weight: 1,
    reconcileMs: 60_000,
    ...changes,
  });
}

/** Settings of a variant whose runs have one iteration. */
export function variantSpec(variant: string): StudySpec["variants"][number] {
  const {
    id,
    study: _,
    task,
    domain,
    seed,
    reportTo,
    ...rest
  } = runSpec({
    variant,
    budget: {
      iterations: 1,
      maxGpuSeconds: null,
      maxUsd: null,
      maxTokens: null,
      maxWallSeconds: null,
      targetScore: null,
    },
  });
  return rest;
}
