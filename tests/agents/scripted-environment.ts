import { readNotation } from "../../agents/ft-agent/builtin/observation.ts";
import type { Plan } from "../../agents/ft-agent/builtin/plan.ts";
import { planOf } from "../../agents/ft-agent/builtin/render.ts";
import type { Agent, AgentContext, HistoryEntry } from "../../protocol/agent.ts";
import type { Feedback } from "../../protocol/feedback.ts";
import { completedFeedback, makeContext, makeEntry } from "./fixtures.ts";

/** What is true of a scripted task: which rows are wrong, what finds them, which learning rate fits. */
export interface Truth {
  /** Share of wrong rows per source before checks. */
  readonly noise: Readonly<Record<string, number>>;
  /** Share of wrong rows that all checks together find. */
  readonly findable: number;
  readonly bestRate: number;
  /** How much a factor of e away from the best rate costs. */
  readonly rateCost: number;
  readonly unparsed: number;
}

const ROWS: Readonly<Record<string, number>> = {
  "alpha-book": 400,
  "beta-notes": 2500,
  "gamma-forum": 1300,
  "delta-keys": 20,
  "epsilon-chat": 1000,
};

/** Rows of a plan, right and wrong ones. */
function rowsOf(truth: Truth, plan: Plan): { readonly right: number; readonly wrong: number } {
  const { operations: on } = plan;
  const checks = [
    on.arithmetic,
    on.invariants !== null,
    on.votes,
    on.conflicts !== "keep",
    on.evidence || on.invariants !== null,
  ];
  const found = truth.findable * (checks.filter(Boolean).length / checks.length);
  let right = 0;
  let wrong = 0;
  for (const { name } of plan.sources) {
    const all = ROWS[name] ?? 0;
    const noise = truth.noise[name] ?? 0;
    right += all * (1 - noise);
    wrong += all * noise * (1 - found);
  }
  return { right, wrong };
}

/** Score of a plan: a pure function of the truth and the plan. 1 is the best there is. */
export function trueScore(truth: Truth, plan: Plan): number {
  const { right, wrong } = rowsOf(truth, plan);
  const rows = right + wrong;
  if (rows === 0) return 0;
  const quality = Math.max(0, 1 - 2.2 * (wrong / rows));
  const enough = Math.min(1, rows / 1500);
  const away = Math.abs(Math.log(plan.train.learning_rate / truth.bestRate));
  const tuned = Math.exp(-truth.rateCost * away ** 2);
  return quality * enough * tuned * (1 - truth.unparsed);
}

/** The report of a plan: its score, and levels 1, 2 and 4 as its causes would show. */
export function respond(truth: Truth, plan: Plan): Feedback {
  const score = trueScore(truth, plan);
  const { right, wrong } = rowsOf(truth, plan);
  const off = Math.log(plan.train.learning_rate / truth.bestRate);
  const slow = off < -0.3;
  const fast = off > 0.3;
  return completedFeedback({
    score,
    rows: Math.round(right + wrong),
    unparsed: truth.unparsed,
    trainLoss: slow ? 0.35 : 0.06,
    curve: slow
      ? [2.5, 1.4, 1, 0.8, 0.66, 0.56, 0.48, 0.4]
      : fast
        ? [2.5, 0.3, 0.25, 0.6, 0.8, 0.7, 0.9, 0.8]
        : [2.5, 0.4, 0.2, 0.12, 0.09, 0.08, 0.08, 0.08],
  });
}

/** A run of six iterations, the best by the feedback accepted each time; the plans that ran, and the accepted one. */
export async function runScripted(
  agent: Agent,
  feedbackOf: (plan: Plan) => Feedback,
  change: Partial<AgentContext> = {},
  iterations = 6,
): Promise<{
  readonly plans: readonly Plan[];
  readonly accepted: Plan | null;
  readonly history: readonly HistoryEntry[];
}> {
  const history: HistoryEntry[] = [];
  const plans: Plan[] = [];
  let best: { readonly iteration: number; readonly score: number; readonly plan: Plan } | null =
    null;
  for (let iteration = 1; iteration <= iterations; iteration += 1) {
    const context: AgentContext = {
      ...makeContext({ history, best: best?.iteration ?? null, iteration }),
      iterationsLeft: iterations - iteration + 1,
      ...change,
    };
    const proposal = await agent.propose(context);
    if (proposal.kind === "stop") break;
    const { files } = await agent.implement(context, proposal.strategy, null);
    const plan = planOf(files) ?? readNotation(proposal.strategy)?.plan;
    if (!plan) throw new Error("no plan");
    plans.push(plan);
    const feedback = feedbackOf(plan);
    const score = feedback.benchmark?.validation.value ?? 0;
    const accepted = score > (best?.score ?? 0) + 0.02;
    if (accepted) best = { iteration, score, plan };
    const entry = makeEntry(iteration, {
      strategy: proposal.strategy,
      submission: files,
      feedback,
      accepted,
    });
    const { diagnosis } = await agent.diagnose(context, proposal.strategy, {
      feedback,
      decision: entry.decision,
    });
    history.push({ ...entry, diagnosis });
  }
  return { plans, accepted: best?.plan ?? null, history };
}
