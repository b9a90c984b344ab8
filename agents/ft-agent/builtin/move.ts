import type { AgentTaskCard } from "../../../protocol/agent.ts";
import type { Appraisal } from "./appraisal.ts";
import type { Observation } from "./observation.ts";
import type { Plan } from "./plan.ts";
import type { Symptoms } from "./symptoms.ts";

/** What a move is weighed by. */
export interface Situation {
  readonly card: AgentTaskCard;
  readonly appraisals: readonly Appraisal[];
  /** The plan to go on from. */
  readonly plan: Plan;
  readonly symptoms: Symptoms;
  readonly observations: readonly Observation[];
}

/** One change of a plan, with what it is expected to bring. */
export interface Move {
  /** Stable name: what was tried under it before weighs on what it is expected to bring now. */
  readonly id: string;
  readonly part: "data" | "training";
  /** Share of the headroom that it may close, 0..1, before experience. */
  readonly expectedGain: number;
  /** What is done, in words. */
  readonly description: string;
  /** What speaks for it. */
  readonly evidence: string;
  readonly plan: Plan;
}

/** A symptom, or a guess where nothing is known of it. */
export function orElse(symptom: number | null, guess: number): number {
  return symptom ?? guess;
}

/** A share as whole percents. */
export function percent(share: number): string {
  return `${Math.round(share * 100)}%`;
}
