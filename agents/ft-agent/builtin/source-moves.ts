import type { Appraisal } from "./appraisal.ts";
import { type Move, orElse, percent, type Situation } from "./move.ts";
import { isVerified, type Plan, withSource } from "./plan.ts";

/** Moves of which sources are taken, and how much of each. */
export function sourceMoves(situation: Situation): readonly Move[] {
  const { plan, appraisals, symptoms } = situation;
  const wrong = orElse(symptoms.wrong, 0.4 * symptoms.headroom);
  const unparsed = orElse(symptoms.unparsed, 0.1);
  const scarce = orElse(symptoms.scarce, 0.1);
  const overfit = orElse(symptoms.overfit, 0.1);
  const unseen = unseenShare(situation);
  const moves: Move[] = [];
  for (const appraisal of appraisals) {
    const taken = plan.sources.find(({ name }) => name === appraisal.name);
    const trust = `trust ${appraisal.trust.toFixed(2)} by its profile`;
    if (taken && plan.sources.length > 1) {
      const suspicion = Math.max(0, 0.75 - appraisal.trust) * unseen;
      const missing = restOf(plan, appraisals, appraisal) < 1000 ? 0.1 : 0;
      moves.push({
        id: `drop-source:${appraisal.name}`,
        part: "data",
        expectedGain: 0.01 + 0.8 * suspicion * (wrong + 0.5 * unparsed) - missing,
        description: `leave out ${appraisal.name}`,
        evidence: `${trust}; ${percent(wrong)} of the dev items wrong in the right format`,
        plan: { ...plan, sources: plan.sources.filter(({ name }) => name !== appraisal.name) },
      });
    }
    if (!taken && appraisal.usableShare >= 0.1) {
      moves.push({
        id: `add-source:${appraisal.name}`,
        part: "data",
        expectedGain: Math.max(0, appraisal.trust - 0.3) * (0.1 + 0.4 * scarce + 0.3 * overfit),
        description: `take ${appraisal.name} back in`,
        evidence: `${trust}; about ${appraisal.usableRows} usable rows`,
        plan: addSource(plan, appraisals, appraisal),
      });
    }
    if (taken && taken.repeat < 4 && appraisal.trust >= 0.7) {
      const weight = Math.min(4, taken.repeat * 2);
      moves.push({
        id: `repeat-source:${appraisal.name}`,
        part: "data",
        expectedGain: 0.02 + 0.08 * wrong,
        description: `take each row of ${appraisal.name} ${weight} times`,
        evidence: trust,
        plan: withSource(plan, appraisal.name, { repeat: weight }),
      });
    }
    if (taken && taken.cap === null && appraisal.trust < 0.6 && appraisal.usableRows > 400) {
      const cap = Math.round(appraisal.usableRows / 4);
      moves.push({
        id: `cap-source:${appraisal.name}`,
        part: "data",
        expectedGain: 0.015 + 0.1 * wrong * Math.max(0, 0.6 - appraisal.trust),
        description: `at most ${cap} rows of ${appraisal.name}`,
        evidence: trust,
        plan: withSource(plan, appraisal.name, { cap }),
      });
    }
  }
  return moves;
}

/** The plan with one more source, at its place by trust. */
export function addSource(plan: Plan, appraisals: readonly Appraisal[], added: Appraisal): Plan {
  const wanted = new Set([...plan.sources.map(({ name }) => name), added.name]);
  const source = {
    name: added.name,
    rewrite: added.needsRewriting ? ("stated" as const) : ("none" as const),
    cap: null,
    repeat: 1,
  };
  return {
    ...plan,
    sources: appraisals
      .filter(({ name }) => wanted.has(name))
      .map(({ name }) => plan.sources.find((each) => each.name === name) ?? source),
  };
}

function restOf(plan: Plan, appraisals: readonly Appraisal[], without: Appraisal): number {
  return appraisals
    .filter(
      ({ name }) => name !== without.name && plan.sources.some((source) => source.name === name),
    )
    .reduce((sum, { usableRows }) => sum + usableRows, 0);
}

/**
 * How much of the wrong rows the checks may have missed, 0..1.2: all where none is in force; little where they dropped many rows
 * (L1 tells how many are left), more than all where they found nothing although answers stay wrong.
 */
function unseenShare({ plan, observations }: Situation): number {
  if (!isVerified(plan)) return 1;
  const rows = (verified: boolean) =>
    observations
      .filter((each) => isVerified(each.plan) === verified && each.plan.operations.mix === null)
      .filter((each) => each.plan.sources.length === plan.sources.length)
      .map((each) => each.feedback?.data?.full?.rows)
      .filter((count) => count !== undefined);
  const before = Math.max(...rows(false));
  const after = Math.min(...rows(true));
  if (!Number.isFinite(before) || !Number.isFinite(after)) return 0.6;
  const dropped = 1 - after / before;
  return dropped >= 0.08 ? 0.25 : dropped >= 0.02 ? 0.8 : 1.2;
}
