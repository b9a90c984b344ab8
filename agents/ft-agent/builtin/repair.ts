import type { CandidateFailure } from "../../../protocol/failure-class.ts";
import type { Feedback } from "../../../protocol/feedback.ts";
import type { Stage } from "../../../protocol/stage.ts";
import { trainConfigSchema } from "../../../protocol/train-config.ts";
import { STARTING_RATES } from "./first-plan.ts";
import type { Situation } from "./move.ts";
import { type Operations, type Plan, planKey, withOperations, withTraining } from "./plan.ts";

/** What a repair needs of the situation. */
export type RepairSituation = Pick<Situation, "card" | "appraisals">;

/** A plan changed so that the failure should not come again, in words. */
export interface Repair {
  readonly plan: Plan;
  readonly description: string;
}

/** Stages that run the curation script. */
const CURATION: readonly Stage[] = [
  "checkSubmission",
  "curateSample",
  "curateData",
  "auditContamination",
];

/**
 * The plan after a failure, changed where the failure's class points: the script's resources, the rows, or the training. null
 * where nothing is left to change.
 */
export function repairPlan(
  plan: Plan,
  feedback: Feedback,
  situation: RepairSituation,
): Repair | null {
  const failure = feedback.execution.failure;
  if (!failure) return null;
  const repair = repairOf(plan, failure, feedback, situation);
  return repair && planKey(repair.plan) !== planKey(plan) ? repair : null;
}

function repairOf(
  plan: Plan,
  failure: CandidateFailure,
  feedback: Feedback,
  situation: RepairSituation,
): Repair | null {
  const { train } = plan;
  switch (failure.class) {
    case "cpu-limit":
    case "process-limit":
      return cheaper(plan);
    case "memory-limit":
    case "killed-repeatedly":
      return CURATION.includes(feedback.stage) ? cheaper(plan) : smallerBatch(plan);
    case "out-of-memory":
      return smallerBatch(plan);
    case "non-finite-loss":
    case "diverged":
      return {
        plan: withTraining(plan, {
          learning_rate: train.learning_rate / 4,
          warmup_ratio: Math.max(0.1, train.warmup_ratio),
        }),
        description: `a quarter of the learning rate (${train.learning_rate / 4}) and a longer warm-up`,
      };
    case "no-rows":
      return looser(plan, situation);
    case "token-limit":
    case "too-large":
    case "output-limit":
      return fewerRows(plan, feedback, situation);
    case "constraint-violated":
      return plan.operations.personalData
        ? withoutSource(plan, situation, "the least trusted source may hold what is forbidden")
        : {
            plan: withOperations(plan, { personalData: true }),
            description: "rows with personal data are dropped",
          };
    case "contaminated":
      return withoutSource(plan, situation, "the least trusted source may copy the benchmark");
    case "invalid-config":
      return {
        plan: {
          ...plan,
          train: trainConfigSchema.parse({
            max_steps: Math.min(
              train.max_steps ?? situation.card.limits.maxSteps,
              situation.card.limits.maxSteps,
            ),
            learning_rate: STARTING_RATES[situation.card.tier],
          }),
        },
        description: "default training settings",
      };
    case "code-raised":
    case "bad-rows":
    case "syntax-error":
    case "forbidden-import":
    case "escaping-path":
      return cheaper(plan) ?? withoutSource(plan, situation, "one source less to stumble over");
    case "agent-failed":
      return null;
  }
}

/** The costliest operation left out; then fewer rows read. */
function cheaper(plan: Plan): Repair | null {
  const { operations } = plan;
  const costly: [boolean, Partial<Operations>, string][] = [
    [operations.votes, { votes: false }, "no votes"],
    [operations.invariants !== null, { invariants: null }, "no invariants"],
    [operations.evidence, { evidence: false }, "quotations are not checked"],
    [operations.arithmetic, { arithmetic: false }, "calculations are not checked"],
  ];
  const first = costly.find(([applies]) => applies);
  if (first) return { plan: withOperations(plan, first[1]), description: first[2] };
  const readRows = Math.floor((operations.readRows ?? 16_000) / 2);
  if (readRows < 250) return null;
  return {
    plan: withOperations(plan, { readRows }),
    description: `at most ${readRows} rows read of each source`,
  };
}

function smallerBatch(plan: Plan): Repair | null {
  const { train } = plan;
  const batch = train.per_device_train_batch_size;
  if (batch > 1) {
    const half = Math.floor(batch / 2);
    return {
      plan: withTraining(plan, {
        per_device_train_batch_size: half,
        gradient_accumulation_steps: Math.min(1024, train.gradient_accumulation_steps * 2),
      }),
      description: `micro-batches of ${half} rows, accumulated twice as often`,
    };
  }
  if (train.method === "full")
    return { plan: withTraining(plan, { method: "lora" }), description: "low-rank adapters" };
  return null;
}

/** The strictest filter left out; then looser rewriting; then the format filter itself. */
function looser(plan: Plan, { appraisals }: RepairSituation): Repair | null {
  const { operations } = plan;
  const strict: [boolean, Partial<Operations>, string][] = [
    [operations.invariants !== null, { invariants: null }, "no invariants"],
    [operations.evidence, { evidence: false }, "quotations are not checked"],
    [operations.votes, { votes: false }, "no votes"],
    [operations.arithmetic, { arithmetic: false }, "calculations are not checked"],
    [operations.dropDirect, { dropDirect: false }, "answers without steps are kept"],
    [operations.conflicts === "drop", { conflicts: "majority" }, "the majority's answer is kept"],
    [operations.maxCharacters !== null, { maxCharacters: null }, "long rows are kept"],
  ];
  const first = strict.find(([applies]) => applies);
  if (first) return { plan: withOperations(plan, first[1]), description: first[2] };
  if (
    plan.sources.length < appraisals.length ||
    plan.sources.some(({ rewrite }) => rewrite !== "loose")
  ) {
    return {
      plan: {
        ...plan,
        sources: appraisals.map(({ name }) => ({ name, rewrite: "loose", cap: null, repeat: 1 })),
      },
      description: "all sources, with any last word taken as the answer",
    };
  }
  if (operations.formatFilter) {
    return {
      plan: withOperations(plan, { formatFilter: false }),
      description: "rows of any format are kept",
    };
  }
  return null;
}

function fewerRows(plan: Plan, feedback: Feedback, { card }: RepairSituation): Repair {
  const data = feedback.data?.full;
  const fitting =
    data && data.tokenLengths.total > 0
      ? Math.floor((0.9 * data.rows * card.limits.maxTokens) / data.tokenLengths.total)
      : Number.POSITIVE_INFINITY;
  const half = Math.floor((plan.operations.maxRows ?? card.limits.maxRows) / 2);
  const maxRows = Math.max(1, Math.min(half, fitting));
  return { plan: withOperations(plan, { maxRows }), description: `at most ${maxRows} rows` };
}

function withoutSource(plan: Plan, { appraisals }: RepairSituation, why: string): Repair | null {
  if (plan.sources.length < 2) return null;
  const byTrust = appraisals.filter(({ name }) =>
    plan.sources.some((source) => source.name === name),
  );
  const last = byTrust.at(-1)?.name ?? plan.sources.at(-1)?.name;
  return {
    plan: { ...plan, sources: plan.sources.filter(({ name }) => name !== last) },
    description: `without ${last}: ${why}`,
  };
}
