import { z } from "zod";
import type { AgentContext, HistoryEntry } from "../../../protocol/agent.ts";
import type { CandidateFailure } from "../../../protocol/failure-class.ts";
import type { Feedback } from "../../../protocol/feedback.ts";
import type { Strategy } from "../../../protocol/strategy.ts";
import { type Plan, planKey, planSchema } from "./plan.ts";
import { planOf } from "./render.ts";

const notationSchema = z.strictObject({ plan: planSchema, moves: z.array(z.string()) });
export type Notation = Readonly<z.infer<typeof notationSchema>>;

/** The machine-readable part of a strategy of `builtin`; null where it is somebody else's. */
export function readNotation(strategy: Strategy): Notation | null {
  if (strategy.notation === null) return null;
  try {
    return notationSchema.parse(JSON.parse(strategy.notation));
  } catch {
    return null;
  }
}

/** One past iteration as the search sees it. */
export interface Observation {
  readonly iteration: number;
  readonly parent: number | null;
  /** The plan that ran, repairs included. */
  readonly plan: Plan;
  /** Keys of the plan as proposed and as it ran. */
  readonly keys: readonly string[];
  readonly moves: readonly string[];
  readonly failure: CandidateFailure | null;
  readonly feedback: Feedback | null;
  /** Score on validation; null where the experiment failed. */
  readonly score: number | null;
  /** Score less that of its parent; null where one of them is unknown. */
  readonly gain: number | null;
}

/** The iterations whose plans can be read, in order. */
export function observe(context: AgentContext): readonly Observation[] {
  const observations: Observation[] = [];
  for (const entry of context.history) {
    const notation = readNotation(entry.strategy);
    if (!notation) continue;
    const ran = (entry.submission && planOf(entry.submission)) ?? notation.plan;
    const score = scoreOf(entry);
    const parent = observations.find(({ iteration }) => iteration === entry.strategy.parent);
    observations.push({
      iteration: entry.iteration,
      parent: entry.strategy.parent,
      plan: ran,
      keys: [planKey(notation.plan), planKey(ran)],
      moves: notation.moves,
      failure: entry.feedback?.execution.failure ?? null,
      feedback: entry.feedback,
      score,
      gain: gainOf(entry, score, parent?.score ?? null),
    });
  }
  return observations;
}

function scoreOf(entry: HistoryEntry): number | null {
  return entry.feedback?.benchmark?.validation.value ?? null;
}

/** The paired delta to the parent where the report holds it, since it is over the same items; else the difference. */
function gainOf(
  entry: HistoryEntry,
  score: number | null,
  parentScore: number | null,
): number | null {
  const paired = entry.feedback?.benchmark?.deltas.parent?.delta;
  if (paired !== undefined) return paired;
  return score === null || parentScore === null ? null : score - parentScore;
}

/** The observation to go on from: the best score; among equals the accepted one, then the earliest. null: none has a score. */
export function bestObservation(
  observations: readonly Observation[],
  accepted: number | null,
): Observation | null {
  const scored = observations.filter((observation) => observation.score !== null);
  const rank = (o: Observation) => (o.score ?? 0) + (o.iteration === accepted ? 1e-6 : 0);
  return scored.reduce<Observation | null>(
    (best, each) => (best === null || rank(each) > rank(best) ? each : best),
    null,
  );
}
