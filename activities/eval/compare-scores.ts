import type { EvalActivities } from "../../protocol/activities.ts";
import { averageSeeds } from "../../statistics/average-seeds.ts";
import { pairedBootstrap } from "../../statistics/paired-bootstrap.ts";
import { getItemScores } from "../../store/item-scores.ts";
import type { EvalDeps } from "./eval-deps.ts";

/** Paired difference on validation of two sets of experiments, each the mean over its training seeds. One look. */
export async function compareScores(
  deps: EvalDeps,
  input: Parameters<EvalActivities["compareScores"]>[0],
): ReturnType<EvalActivities["compareScores"]> {
  const side = async (experiments: readonly string[]) =>
    averageSeeds(
      await Promise.all(experiments.map((id) => getItemScores(deps.db, id, "validation"))),
    );
  return pairedBootstrap(
    { candidate: await side(input.candidate), incumbent: await side(input.incumbent) },
    { seed: input.seed, resamples: input.acceptance.resamples },
  );
}
