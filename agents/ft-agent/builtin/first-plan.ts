import type { AgentTaskCard } from "../../../protocol/agent.ts";
import { trainConfigSchema } from "../../../protocol/train-config.ts";
import { STARTING_SETTINGS } from "../../starting-settings.ts";
import type { Appraisal } from "./appraisal.ts";
import { PLAIN_OPERATIONS, type Plan } from "./plan.ts";

/** Learning rates to start from, by the size of the models that a tier trains: the middle of the usual range (mini: 1e-3 to 3e-3). */
export const STARTING_RATES: Readonly<Record<AgentTaskCard["tier"], number>> = {
  mini: 2e-3,
  full: 1e-4, // of adapters
};

/** A plan with the cures that the profile calls for, in words. */
export interface FirstPlan {
  readonly plan: Plan;
  readonly reasons: readonly string[];
}

/**
 * Where the search starts: every source with answers that can be used, the most trusted first, each defect that the profile
 * shows met by its cure, and a middling learning rate. Whether answers are right the profile can hardly tell: that is left
 * to feedback.
 */
export function firstPlan(card: AgentTaskCard, appraisals: readonly Appraisal[]): FirstPlan {
  const reasons: string[] = [];
  const usable = appraisals.filter((source) => source.usableShare >= 0.2);
  const taken = usable.length > 0 ? usable : appraisals;
  const left = appraisals.filter((source) => !taken.includes(source));
  if (left.length > 0) {
    reasons.push(`left out, no usable answers: ${left.map(({ name }) => name).join(", ")}`);
  }
  const rewritten = taken.filter((source) => source.needsRewriting);
  if (rewritten.length > 0) {
    reasons.push(
      `answers rewritten into the asked format: ${rewritten.map(({ name }) => name).join(", ")}`,
    );
  }
  const reasoned = taken
    .filter((s) => s.profile.directShare < 0.5)
    .reduce((sum, s) => sum + s.usableRows, 0);
  const direct = taken.reduce((sum, s) => sum + s.profile.rows * s.profile.directShare, 0);
  const dropDirect = direct > 0 && reasoned >= 300;
  if (dropDirect) reasons.push(`${Math.round(direct)} rows answer without steps and are dropped`);
  const forbidden = card.constraints?.personalData === "forbidden";
  const personal =
    forbidden ||
    taken.some((s) => Object.values(s.profile.personalDataRows).some((rows) => rows > 0));
  if (personal) {
    reasons.push(
      `rows with personal data are dropped${forbidden ? ": the card forbids them" : ""}`,
    );
  }
  const repeated = taken.some(
    (s) =>
      s.profile.duplicateRows + s.profile.nearDuplicateShare * s.profile.rows >
      0.02 * s.profile.rows,
  );
  if (repeated) reasons.push("duplicates and near duplicates are merged");
  const long = taken.some((s) => s.profile.overContextShare > 0);
  if (long) reasons.push("rows far longer than usual are dropped");
  return {
    plan: {
      sources: taken.map(({ name, needsRewriting }) => ({
        name,
        rewrite: needsRewriting ? "stated" : "none",
        cap: null,
        repeat: 1,
      })),
      operations: {
        ...PLAIN_OPERATIONS,
        personalData: personal,
        dropDirect,
        dedupe: repeated ? "normalized" : "exact",
        lengthOutliers: long ? 2.5 : null,
      },
      train: trainConfigSchema.parse({
        ...STARTING_SETTINGS[card.tier],
        max_steps:
          card.tier === "mini" ? card.limits.maxSteps : Math.min(1000, card.limits.maxSteps),
        learning_rate: STARTING_RATES[card.tier],
      }),
    },
    reasons,
  };
}
