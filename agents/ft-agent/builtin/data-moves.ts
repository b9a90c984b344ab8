import { type Move, orElse, percent, type Situation } from "./move.ts";
import { type Operations, withOperations, withSource } from "./plan.ts";
import { trustedSources } from "./verification-moves.ts";

/** Moves of operations other than checks: format, direct answers, repetition, balance. */
export function dataMoves(situation: Situation): readonly Move[] {
  const { plan, symptoms, appraisals } = situation;
  const { operations } = plan;
  const moves: Move[] = [];
  const add = (
    id: string,
    expectedGain: number,
    description: string,
    evidence: string,
    change: Partial<Operations>,
  ) =>
    moves.push({
      id,
      part: "data",
      expectedGain,
      description,
      evidence,
      plan: withOperations(plan, change),
    });

  const unparsed = orElse(symptoms.unparsed, 0.1);
  const direct = orElse(symptoms.direct, 0.1);
  if (!operations.formatFilter) {
    const offFormat = orElse(symptoms.offFormat, 0.2);
    add(
      "filter-format",
      0.1 + 0.5 * unparsed + 0.3 * offFormat,
      "drop rows that are not in the asked format",
      `${percent(unparsed)} of the dev items not in the asked format`,
      { formatFilter: true },
    );
  }
  for (const source of plan.sources) {
    const appraisal = appraisals.find(({ name }) => name === source.name);
    if (!appraisal || appraisal.usableShare > 0.9 || source.rewrite === "loose") continue;
    const next = source.rewrite === "none" ? "stated" : "loose";
    moves.push({
      id: `rewrite-${next}:${source.name}`,
      part: "data",
      expectedGain: 0.02 + 0.1 * orElse(symptoms.scarce, 0.1),
      description: `rewrite more of ${source.name}'s answers into the asked format`,
      evidence: `${percent(1 - appraisal.usableShare)} of its rows state no answer in a known wording`,
      plan: withSource(plan, source.name, { rewrite: next }),
    });
  }
  const directRows = appraisals.some(({ profile }) => profile.directShare > 0);
  if (!operations.dropDirect && directRows) {
    add(
      "drop-direct",
      0.05 + 0.4 * direct,
      "drop answers without steps",
      `${percent(direct)} of the wrong predictions have no steps`,
      { dropDirect: true },
    );
  }
  if (operations.dropDirect) {
    add(
      "keep-direct",
      0.01 + 0.05 * orElse(symptoms.scarce, 0),
      "keep answers without steps",
      "more rows",
      { dropDirect: false },
    );
  }
  const repeats = operations.mix !== null || plan.sources.some(({ repeat }) => repeat > 1);
  const repeated = orElse(symptoms.repeated, 0.1);
  if (operations.dedupe !== "normalized") {
    add(
      "merge-duplicates",
      0.02 + 0.3 * repeated,
      "merge near duplicates",
      `${percent(repeated)} of the prompts repeated`,
      { dedupe: "normalized" },
    );
  }
  if (operations.promptCap === null && !repeats && repeated > 0.02) {
    add(
      "cap-prompts",
      0.3 * repeated,
      "at most two rows per prompt",
      `${percent(repeated)} of the prompts repeated`,
      { promptCap: 2 },
    );
  }
  const trusted = trustedSources(situation);
  if (operations.mix === null && trusted.length > 0) {
    const wrong = orElse(symptoms.wrong, 0.4 * symptoms.headroom);
    add(
      "match-mix",
      0.05 + 0.25 * wrong,
      `repeat kinds of prompts that are rarer than in ${trusted.join(", ")}`,
      `${percent(wrong)} of the dev items wrong in the right format; ${trusted.join(", ")} may show the mix that is asked`,
      { mix: { trusted: [...trusted], most: 4 } },
    );
  }
  const skewed = orElse(symptoms.skewed, 0);
  const collapsed = orElse(symptoms.collapsed, 0);
  if (operations.balance === null && situation.card.answerLabels !== null) {
    add(
      "balance-labels",
      0.01 + 0.3 * skewed + (skewed > 0 ? 0.1 * collapsed : 0),
      "no label more than 1.2 times as often as the median one",
      `label skew ${percent(skewed)}, one answer makes up ${percent(collapsed)} of the wrong ones`,
      { balance: 1.2 },
    );
  }
  if (operations.conflicts === "majority") {
    add(
      "drop-conflicts",
      0.02,
      "drop prompts with several answers altogether",
      "a majority can be wrong",
      { conflicts: "drop" },
    );
  }
  if (!operations.personalData) {
    add("drop-personal-data", 0.005, "drop rows with personal data", "privacy", {
      personalData: true,
    });
  }
  if (operations.lengthOutliers === null) {
    add("drop-outliers", 0.02, "drop rows far longer than usual", "long rows teach little", {
      lengthOutliers: 2.5,
    });
  }
  return [...moves, ...undoMoves(situation)];
}

/** Each check taken back: it may cost good rows. */
function undoMoves({ plan, symptoms }: Situation): readonly Move[] {
  const { operations } = plan;
  const scarce = orElse(symptoms.scarce, 0.1);
  const undo: [string, boolean, Partial<Operations>, string][] = [
    ["no-invariants", operations.invariants !== null, { invariants: null }, "ask no invariants"],
    ["no-mix", operations.mix !== null, { mix: null }, "the mix of prompts as it is"],
    ["no-votes", operations.votes, { votes: false }, "no votes"],
    ["no-arithmetic", operations.arithmetic, { arithmetic: false }, "keep false calculations"],
    ["no-quotations", operations.evidence, { evidence: false }, "keep misquoting rows"],
    [
      "keep-conflicts",
      operations.conflicts !== "keep",
      { conflicts: "keep" },
      "keep conflicting answers",
    ],
  ];
  return undo
    .filter(([, applies]) => applies)
    .map(([id, , change, description]) => ({
      id,
      part: "data",
      expectedGain: 0.015 + 0.1 * scarce,
      description,
      evidence: `data ${percent(scarce)} short of rows`,
      plan: withOperations(plan, change),
    }));
}
