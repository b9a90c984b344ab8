import { type Move, orElse, percent, type Situation } from "./move.ts";
import { type Operations, withOperations } from "./plan.ts";

/** Fewest rows of trusted sources from which invariants are read. */
const TRUSTED_ROWS = 60;
const RELATION = /\d\s*(?:[+\-*/×÷]\s*\d+\s*)+=\s*\d|\d\s*[<>]\s*\d/;

/** An operation that finds wrong rows, where it has something to work on. */
interface Check {
  readonly id: string;
  readonly share: number;
  readonly description: string;
  readonly evidence: string;
  readonly change: Partial<Operations>;
}

/**
 * Moves against wrong answers in the right format: checks of the rows against themselves, each other and the trusted sources.
 * Each alone and, since they find different faults, all together.
 */
export function verificationMoves(situation: Situation): readonly Move[] {
  const { plan, symptoms } = situation;
  const wrong = orElse(symptoms.wrong, 0.4 * symptoms.headroom);
  const checks = availableChecks(situation);
  const moves: Move[] = checks.map((check) => ({
    id: check.id,
    part: "data",
    expectedGain: check.share * wrong,
    description: check.description,
    evidence: `${percent(wrong)} of the dev items wrong in the right format; ${check.evidence}`,
    plan: withOperations(plan, check.change),
  }));
  if (checks.length >= 2) {
    const change = Object.assign({}, ...checks.map((check) => check.change)) as Partial<Operations>;
    const found = checks.reduce((left, check) => left * (1 - check.share), 1);
    moves.push({
      id: "verify-all",
      part: "data",
      expectedGain: (1 - found) * wrong,
      description: checks.map((check) => check.description).join("; "),
      evidence: `${percent(wrong)} of the dev items wrong in the right format; ${checks.map((check) => check.evidence).join("; ")}`,
      plan: withOperations(plan, change),
    });
  }
  return moves;
}

function availableChecks(situation: Situation): readonly Check[] {
  const { plan, appraisals } = situation;
  const { operations } = plan;
  const taken = appraisals.filter(({ name }) =>
    plan.sources.some((source) => source.name === name),
  );
  const checks: Check[] = [];
  const completions = taken.flatMap(({ profile }) => profile.examples.map((row) => row.completion));
  const calculating = completions.filter((completion) => RELATION.test(completion)).length;
  if (!operations.arithmetic && calculating > 0) {
    checks.push({
      id: "check-arithmetic",
      share: 0.35,
      description: "drop rows with a false calculation",
      evidence: `${calculating} of ${completions.length} examples calculate`,
      change: { arithmetic: true },
    });
  }
  const conflicts = Math.max(0, ...taken.map(({ profile }) => profile.conflictingPromptShare));
  if (operations.conflicts === "keep" && conflicts > 0.01) {
    checks.push({
      id: "settle-conflicts",
      share: 0.1 + 0.5 * conflicts,
      description: "keep the majority's answer where a prompt has several",
      evidence: `up to ${percent(conflicts)} of a source's prompts have several answers`,
      change: { conflicts: "majority" },
    });
  }
  const trusted = trustedSources(situation);
  if (operations.invariants === null && trusted.length > 0) {
    checks.push({
      id: "ask-invariants",
      share: 0.35,
      description: `ask of all rows what holds for nearly all rows of ${trusted.join(", ")}`,
      evidence: `${trusted.join(", ")} can be trusted by its profile`,
      change: { invariants: { trusted: [...trusted], threshold: 0.97 } },
    });
  }
  if (!operations.votes) {
    checks.push({
      id: "vote",
      share: 0.15,
      description: "drop rows outvoted by rows that ask the like",
      evidence: "rows of one shape can be compared",
      change: { votes: true },
    });
  }
  if (!operations.evidence && operations.invariants === null) {
    checks.push({
      id: "check-quotations",
      share: 0.15,
      description: "drop rows that misquote their prompt",
      evidence: "most rows quote their prompt before they answer",
      change: { evidence: true },
    });
  }
  return checks;
}

/** The most trusted sources that are taken: believable, with enough rows that are in the asked format from the start. */
export function trustedSources({
  appraisals,
  plan,
}: Pick<Situation, "appraisals" | "plan">): readonly string[] {
  const believable = appraisals.filter(
    (source) =>
      source.trust >= 0.7 &&
      source.usableRows >= TRUSTED_ROWS &&
      source.profile.answerFormatPassRate >= 0.9 &&
      source.profile.conflictingPromptShare < 0.02 &&
      plan.sources.some(({ name }) => name === source.name),
  );
  return believable.slice(0, 2).map(({ name }) => name);
}
