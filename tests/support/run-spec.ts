import { randomUUID } from "node:crypto";
import { runId } from "../../protocol/ids.ts";
import { acceptanceSchema, type RunSpec, runSpecSchema } from "../../protocol/run-spec.ts";
import { timeoutsSchema } from "../../protocol/timeouts.ts";

/** A run's specification with short deadlines; `changes` override it. */
export function runSpec(changes: Partial<RunSpec> = {}): RunSpec {
  const seed = changes.seed ?? 7;
  const study = `test-${randomUUID().slice(0, 8)}`;
  return runSpecSchema.parse({
    id: runId({ study, task: "toy", variant: "ft-agent", seed }),
    study,
    task: "toy",
    domain: "math",
    tier: "mini",
    variant: "ft-agent",
    agent: { name: "ft-agent", backbone: "builtin", ablations: {} },
    seed,
    budget: { iterations: 2 },
    acceptance: acceptanceSchema.parse({}),
    maxRepairs: 2,
    approve: false,
    maxAudits: 8,
    baseModel: null,
    allowUnprotected: false,
    continueAsNewAfter: null,
    timeouts: timeoutsSchema.parse({ retryInitialMs: 50, retryMaximumMs: 200, heartbeatMs: 5000 }),
    ...changes,
  });
}
