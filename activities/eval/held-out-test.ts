import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { EvalActivities } from "../../protocol/activities.ts";
import { putItemScores } from "../../store/item-scores.ts";
import { TestOpeningError } from "../../store/test-opening-error.ts";
import * as register from "../../store/test-openings.ts";
import { fault } from "../faults.ts";
import { answersFolder, readItems } from "./answers.ts";
import type { EvalDeps } from "./eval-deps.ts";
import { intervalOf, readPredictions } from "./score-predictions.ts";
import { definedSubmetrics, scoreSplit } from "./score-split.ts";

/** Registers the opening of a run's held-out test, then lets its prompts out; a test that was scored gives its score instead. */
export async function openTest(
  deps: EvalDeps,
  input: Parameters<EvalActivities["openTest"]>[0],
): ReturnType<EvalActivities["openTest"]> {
  const opening = await refusing(() => register.openTest(deps.db, input));
  if (opening.test !== null) {
    return { kind: "recorded", test: opening.test, submetrics: opening.submetrics ?? {} };
  }
  const prompts = await readFile(join(answersFolder(deps.config, input), "test.prompts.jsonl"));
  return { kind: "opened", prompts: await deps.artifacts.putBytes(prompts, "application/jsonl") };
}

/** Scores the test's predictions and closes the register's entry; the first score stands. */
export async function scoreTest(
  deps: EvalDeps,
  input: Parameters<EvalActivities["scoreTest"]>[0],
): ReturnType<EvalActivities["scoreTest"]> {
  const { runId, modelSha256 } = input;
  const predictions = await readPredictions(deps, input.predictions);
  const document = await scoreSplit(deps, { ...input, split: "test", predictions });
  const items = await readItems(answersFolder(deps.config, input), "test");
  await putItemScores(
    deps.db,
    `${runId}/test`,
    "test",
    document.items.map(({ id, subtask, score, error }) => ({
      item: id,
      subtask,
      cluster: items.get(id)?.cluster ?? null,
      score,
      error,
    })),
  );
  const opening = await refusing(() =>
    register.recordTestScore(deps.db, {
      runId,
      modelSha256,
      test: intervalOf(document),
      submetrics: definedSubmetrics(document),
    }),
  );
  if (opening.test === null) throw new Error(`the register kept no score for ${runId}`);
  return { test: opening.test, submetrics: opening.submetrics ?? {} };
}

async function refusing<T>(use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (error) {
    if (error instanceof TestOpeningError)
      throw fault("TestAlreadyOpened", error.message, { cause: error });
    throw error;
  }
}
