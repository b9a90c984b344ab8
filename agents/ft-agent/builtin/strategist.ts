import type { Agent, AgentContext, Proposal } from "../../../protocol/agent.ts";
import type { Strategy } from "../../../protocol/strategy.ts";
import { NO_USAGE } from "../../../protocol/usage.ts";
import { type Appraisal, appraiseSources } from "./appraisal.ts";
import { describeData, describeTraining } from "./describe.ts";
import { diagnoseIteration } from "./diagnose.ts";
import { firstPlan } from "./first-plan.ts";
import { admitByHints, readHints } from "./hints.ts";
import type { Move } from "./move.ts";
import {
  bestObservation,
  type Notation,
  type Observation,
  observe,
  readNotation,
} from "./observation.ts";
import { type Plan, planKey } from "./plan.ts";
import { readProfile } from "./profile.ts";
import { planOf, renderSubmission } from "./render.ts";
import { repairPlan } from "./repair.ts";
import { nextStep } from "./search.ts";
import { readSymptoms } from "./symptoms.ts";

/**
 * The backbone `builtin`: a deterministic, rule-based strategist that needs no key. It knows the feedback protocol, the raw
 * sources' profile and the history, and nothing of any particular task. It starts from the cures that the profile calls for
 * and then, from the best plan so far, takes the untried change that feedback and experience promise most of.
 */
export function builtinStrategist(): Agent {
  return {
    writtenBy: "ours",
    async propose(context) {
      return proposeNext(context);
    },
    async implement(context, strategy, repair) {
      const proposed = readNotation(strategy)?.plan ?? startingPoint(context).plan;
      if (!repair) return { files: renderSubmission(proposed, context.card), usage: NO_USAGE };
      const failed = planOf(repair.submission) ?? proposed;
      const situation = { card: context.card, appraisals: appraise(context) };
      const repaired = repairPlan(failed, repair.feedback, situation);
      return { files: renderSubmission(repaired?.plan ?? failed, context.card), usage: NO_USAGE };
    },
    async diagnose(context, strategy, { feedback, decision }) {
      return {
        diagnosis: diagnoseIteration(context, strategy, feedback, decision),
        usage: NO_USAGE,
      };
    },
  };
}

function appraise(context: AgentContext): readonly Appraisal[] {
  const names = context.card.sources.map(({ name }) => name);
  return appraiseSources(context.card, readProfile(context.profile, names));
}

function startingPoint(context: AgentContext) {
  return firstPlan(context.card, appraise(context));
}

function proposeNext(context: AgentContext): Proposal {
  const observations = observe(context);
  const tried = new Set(observations.flatMap(({ keys }) => keys));
  const best = bestObservation(observations, context.best);
  const start = startingPoint(context);
  const base = best?.plan ?? start.plan;
  const { wishes, unread } = readHints(context.hints, context.card, context.profile, start.plan);
  const admit = (plan: Plan) => admitByHints(plan, wishes);
  const heard =
    wishes.length > 0 ? `Hints: ${wishes.map(({ description }) => description).join("; ")}. ` : "";
  const ignored =
    unread.length > 0
      ? `Not understood: ${unread.map((hint) => `"${hint.slice(0, 80)}"`).join(", ")}. `
      : "";
  const remarks = `${heard}${ignored}`;

  const wished = admit(base);
  if (
    observations.length === 0 ||
    (best && planKey(wished) !== planKey(base) && !tried.has(planKey(wished)))
  ) {
    const isFirst = observations.length === 0;
    return propose({
      plan: wished,
      moves: [isFirst ? "start" : "hint"],
      parent: isFirst ? null : (best?.iteration ?? null),
      hypothesis: isFirst
        ? "Sources with usable answers, with the cures that their profile calls for, teach the format and the task."
        : `The operator's hint improves the best plan: ${wishes.map(({ description }) => description).join("; ")}.`,
      reason: `${remarks}${isFirst ? start.reasons.join("; ") || "the profile shows no defect" : "A hint was given."}`,
      focus: "both",
    });
  }

  const repaired = repairOfLast(context, observations, tried, admit);
  if (repaired) return repaired;

  const situation = {
    card: context.card,
    appraisals: appraise(context),
    plan: wished,
    symptoms: readSymptoms(context.card, best?.feedback ?? null),
    observations,
  };
  const step = nextStep(situation, tried, admit);
  if (!step)
    return { kind: "stop", reason: "every change of the best plan was tried", usage: NO_USAGE };
  const score = best
    ? `Iteration ${best.iteration} is the best so far with ${best.score?.toFixed(3)}. `
    : "No iteration has a score yet. ";
  return propose({
    plan: step.plan,
    moves: step.moves.map(({ id }) => id),
    parent: best?.iteration ?? null,
    hypothesis: hypothesis(step.moves),
    reason: `${remarks}${score}${step.moves.map((move) => `${move.description}: ${move.evidence}`).join(". ")}.`,
    focus: focus(step.moves),
  });
}

/** An iteration that failed after fail-fast validation is repaired like one that failed within it, once per failure. */
function repairOfLast(
  context: AgentContext,
  observations: readonly Observation[],
  tried: ReadonlySet<string>,
  admit: (plan: Plan) => Plan,
): Proposal | null {
  const last = observations.at(-1);
  if (!last?.failure || !last.feedback) return null;
  const repair = repairPlan(last.plan, last.feedback, {
    card: context.card,
    appraisals: appraise(context),
  });
  if (!repair) return null;
  const plan = admit(repair.plan);
  if (tried.has(planKey(plan))) return null;
  return propose({
    plan,
    moves: [...last.moves, `repair:${last.failure.class}`],
    parent: last.parent,
    hypothesis: `The plan of iteration ${last.iteration} works with ${repair.description}.`,
    reason: `Iteration ${last.iteration} ended in ${last.feedback.stage} with ${last.failure.class}: ${last.failure.message}`,
    focus: "both",
  });
}

function hypothesis(moves: readonly Move[]): string {
  return `The score rises with: ${moves.map(({ description }) => description).join("; ")}.`;
}

function focus(moves: readonly Move[]): Strategy["focus"] {
  const parts = new Set(moves.map(({ part }) => part));
  return parts.size > 1 ? "both" : parts.has("training") ? "training" : "data";
}

function propose(
  draft: Notation & Pick<Strategy, "hypothesis" | "reason" | "parent" | "focus">,
): Proposal {
  const notation: Notation = { plan: draft.plan, moves: draft.moves };
  return {
    kind: "strategy",
    usage: NO_USAGE,
    strategy: {
      hypothesis: cut(draft.hypothesis, 600),
      reason: cut(draft.reason, 2000),
      parent: draft.parent,
      focus: draft.focus,
      dataPlan: describeData(draft.plan),
      trainingPlan: describeTraining(draft.plan),
      notation: JSON.stringify(notation),
    },
  };
}

function cut(text: string, characters: number): string {
  return text.length <= characters ? text : `${text.slice(0, characters - 3)}...`;
}
