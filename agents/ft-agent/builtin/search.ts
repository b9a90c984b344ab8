import { dataMoves } from "./data-moves.ts";
import type { Move, Situation } from "./move.ts";
import type { Observation } from "./observation.ts";
import { type Plan, planKey } from "./plan.ts";
import { sourceMoves } from "./source-moves.ts";
import { trainingMoves } from "./training-moves.ts";
import { verificationMoves } from "./verification-moves.ts";

/** What the search does next: one move, or one of the data with one of the training. */
export interface Step {
  readonly moves: readonly Move[];
  readonly plan: Plan;
}

/** A pair is tried at once while there is much to gain and both are promising; later, one change at a time shows what it does. */
const PAIR_HEADROOM = 0.1;
const PAIR_GAIN = 0.08;

/**
 * The most promising untried neighbour of the situation's plan; null when every neighbour was tried. `admit` brings a plan in
 * line with the operator's hints before it is compared with the plans tried.
 */
export function nextStep(
  situation: Situation,
  triedKeys: ReadonlySet<string>,
  admit: (plan: Plan) => Plan,
): Step | null {
  const moves = rankedMoves(situation);
  const untried = (plan: Plan) => !triedKeys.has(planKey(admit(plan)));
  const steps: (Step & { readonly worth: number })[] = moves.map((move) => ({
    moves: [move],
    plan: admit(move.plan),
    worth: move.expectedGain,
  }));
  if (situation.symptoms.headroom > PAIR_HEADROOM) {
    const promising = moves.filter((move) => move.expectedGain >= PAIR_GAIN);
    for (const data of promising.filter(({ part }) => part === "data")) {
      for (const training of promising.filter(({ part }) => part === "training")) {
        steps.push({
          moves: [data, training],
          plan: admit({ ...data.plan, train: training.plan.train }),
          worth: data.expectedGain + training.expectedGain,
        });
      }
    }
  }
  const left = steps.filter((step) => untried(step.plan)).toSorted((a, b) => b.worth - a.worth);
  return left[0] ?? null;
}

/** All moves with their expected gains after experience, the most promising first; equal ones by name. */
export function rankedMoves(situation: Situation): readonly Move[] {
  const all = [
    ...trainingMoves(situation),
    ...verificationMoves(situation),
    ...dataMoves(situation),
    ...sourceMoves(situation),
  ];
  return all
    .map((move) => ({
      ...move,
      expectedGain: Math.max(0.001, move.expectedGain) * experience(move, situation),
    }))
    .toSorted((a, b) => b.expectedGain - a.expectedGain || a.id.localeCompare(b.id));
}

/** How earlier moves of the same kind went: 1 without any, more after a gain, much less after a loss. */
function experience(move: Move, { observations }: Situation): number {
  let factor = 1;
  for (const observation of observations) {
    const { moves, gain } = observation;
    const alike = moves.some((id) => kind(id) === kind(move.id));
    const opposite = moves.some((id) => kind(id) === OPPOSITE[kind(move.id)]);
    if (gain === null || (!alike && !opposite)) continue;
    const helped = alike ? gain : -gain;
    const certainty = moves.length > 1 ? 0.5 : 1;
    if (helped > 0.02) factor *= 1 + 0.4 * certainty;
    else if (helped < 0 && move.part === "data" && rowsAgreeBetter(observation, observations))
      factor *= 0.8;
    else if (helped < 0) factor *= 1 - 0.75 * certainty;
    else factor *= 1 - 0.4 * certainty;
  }
  return Math.min(2, factor);
}

/**
 * Whether a change of the data alone let the loss fall a good deal: then its rows agree better with each other, and a lower
 * score may be the training seed's.
 */
function rowsAgreeBetter(observation: Observation, observations: readonly Observation[]): boolean {
  const parent = observations.find(({ iteration }) => iteration === observation.parent);
  const loss = observation.feedback?.training?.trainLoss;
  const before = parent?.feedback?.training?.trainLoss;
  if (loss === undefined || before === undefined || !parent) return false;
  const sameTraining = JSON.stringify(observation.plan.train) === JSON.stringify(parent.plan.train);
  return sameTraining && loss < 0.7 * before;
}

/** Moves of one kind differ in their reach only. */
function kind(id: string): string {
  return id === "learning-rate-up-twice" ? "learning-rate-up" : id;
}

const OPPOSITE: Readonly<Record<string, string>> = {
  "learning-rate-up": "learning-rate-down",
  "learning-rate-down": "learning-rate-up",
  "more-steps": "fewer-steps",
  "fewer-steps": "more-steps",
  "larger-batch": "smaller-batch",
  "smaller-batch": "larger-batch",
  "keep-direct": "drop-direct",
  "drop-direct": "keep-direct",
};
