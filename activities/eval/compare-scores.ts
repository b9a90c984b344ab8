import type { EvalActivities } from "../../protocol/activities.ts";
import { averageSeeds } from "../../statistics/average-seeds.ts";
import { pairedBootstrap } from "../../statistics/paired-bootstrap.ts";
import { getItemScores } from "../../store/item-scores.ts";
import { fault } from "../faults.ts";
import type { EvalDeps } from "./eval-deps.ts";

/** Paired difference on validation of two sets of experiments, each the mean over its training seeds. One look. */
export async function compareScores(
  deps: EvalDeps,
  input: Parameters<EvalActivities["compareScores"]>[0],
): ReturnType<EvalActivities["compareScores"]> {
  const side = async (experiments: readonly string[]) => {
    const scores = await Promise.all(
      experiments.map((id) => getItemScores(deps.db, id, "validation")),
    );
    const missing = experiments.filter((_, at) => scores[at]?.length === 0);
    if (experiments.length === 0 || missing.length > 0) {
      const which = missing.length === 0 ? "no experiment" : missing.join(", ");
      throw fault("DataDamaged", `no scores on validation to compare: ${which}`);
    }
    return averageSeeds(scores);
  };
  const sides = {
    candidate: await side(input.candidate),
    incumbent: await side(input.incumbent),
  };
  try {
    return pairedBootstrap(sides, { seed: input.seed, resamples: input.acceptance.resamples });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw fault("DataDamaged", `scores can't be compared: ${error.message}`, { cause: error });
  }
}
