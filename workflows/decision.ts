import type { Decision } from "../protocol/agent.ts";
import type { CandidateFailure } from "../protocol/failure-class.ts";
import { baselineId, iterationLabel } from "../protocol/ids.ts";
import type { PairedDelta } from "../protocol/interval.ts";
import { deriveSeed } from "../protocol/seeds.ts";
import type { Strategy } from "../protocol/strategy.ts";
import { explain, judge, judgeConfirmed } from "./acceptance.ts";
import { summaryOf } from "./activity-options.ts";
import { type Attempt, type IterationContext, runExperiment } from "./attempt.ts";

/** Compares the candidate with the best by the rule; a small gain is confirmed with another training seed. */
export async function decide(
  context: IterationContext,
  index: number,
  attempt: Attempt,
): Promise<{ readonly decision: Decision; readonly delta: PairedDelta | null }> {
  const { spec, prepared, progress } = context;
  const { state } = progress;
  const { result, submission } = attempt;
  if (attempt.agentFailure !== null)
    return { decision: agentFailed(attempt.agentFailure), delta: null };
  if (
    result === null ||
    submission === null ||
    result.benchmark === null ||
    result.model === null
  ) {
    const failure = result?.failure;
    return {
      decision: {
        accepted: false,
        reason: `failed in ${result?.stage}: ${failure?.class}: ${failure?.message.slice(0, 300)}`,
      },
      delta: null,
    };
  }
  state.scored[index] = result.id;
  progress.enter("evaluating", index);
  const first = await compare(context, index, [result.id]);
  const verdict = judge({ delta: first, seedSpread: prepared.seedSpread, rule: spec.acceptance });
  if (verdict !== "confirm") {
    const accepted = verdict === "accept";
    if (accepted) progress.accept({ index, experiments: [result.id], submission, result });
    return {
      decision: explain({ accepted, delta: first, rule: spec.acceptance, confirmed: "not-needed" }),
      delta: first,
    };
  }
  const confirmation = await runExperiment(
    context,
    index,
    { ...NO_STRATEGY, parent: null },
    { kind: "confirmation", number: 1 },
    { submission, writtenBy: "ours" },
    result.curated,
  );
  attempt.experiments.push(confirmation.id);
  if (confirmation.benchmark === null) {
    return {
      decision: {
        accepted: false,
        reason: `rejected: the confirmation with another training seed failed (${confirmation.failure?.class})`,
      },
      delta: first,
    };
  }
  const second = await compare(context, index, [result.id, confirmation.id]);
  const accepted = judgeConfirmed(second, spec.acceptance);
  if (accepted)
    progress.accept({ index, experiments: [result.id, confirmation.id], submission, result });
  return {
    decision: explain({
      accepted,
      delta: second,
      rule: spec.acceptance,
      confirmed: accepted ? "yes" : "no",
    }),
    delta: second,
  };
}

const NO_STRATEGY: Strategy = {
  hypothesis: "confirm with another training seed",
  reason: "the gain is smaller than the noise between training seeds allows",
  parent: null,
  focus: "training",
  dataPlan: [],
  trainingPlan: [],
  notation: null,
};

async function compare(
  context: IterationContext,
  index: number,
  candidate: readonly string[],
): Promise<PairedDelta> {
  const { spec, activities, progress } = context;
  const { state } = progress;
  state.looks += 1;
  return await activities.eval.compareScores.executeWithOptions(
    {
      activityId: `${iterationLabel(index)}-compare-${candidate.length}`,
      summary: summaryOf(
        `${iterationLabel(index)} compare with the best on validation, look ${state.looks}`,
      ),
    },
    [
      {
        runId: spec.id,
        candidate,
        incumbent: state.best?.experiments ?? [baselineId(spec.id)],
        acceptance: spec.acceptance,
        seed: deriveSeed(spec.seed, index, "bootstrap"),
      },
    ],
  );
}

/** The decision where the agent, not its submission, failed. */
export function agentFailed(failure: CandidateFailure | null): Decision {
  return {
    accepted: false,
    reason: `the agent gave nothing usable: ${failure?.message.slice(0, 300) ?? "no strategy"}`,
  };
}
