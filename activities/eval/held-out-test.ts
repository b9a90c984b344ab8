import { readFile } from "node:fs/promises";
import type { EvalActivities } from "../../protocol/activities.ts";
import { putItemScores } from "../../store/item-scores.ts";
import { TestOpeningError } from "../../store/test-opening-error.ts";
import * as register from "../../store/test-openings.ts";
import { taskOf } from "../task-cards.ts";
import { answersFolder, splitFile } from "./answers.ts";
import type { EvalDeps } from "./eval-deps.ts";
import { intervalOf, itemScores, readDrawn, readPredictions } from "./score-predictions.ts";
import { definedSubmetrics, scoreSplit } from "./score-split.ts";

/**
 * Registers the opening of a run's held-out test, then lets its prompts out; a test that was scored gives its score instead.
 * @throws TestOpeningError for another model or other data
 */
export async function openTest(
  deps: EvalDeps,
  input: Parameters<EvalActivities["openTest"]>[0],
): ReturnType<EvalActivities["openTest"]> {
  const opening = await register.openTest(deps.db, input);
  if (opening.test !== null) {
    return { kind: "recorded", test: opening.test, submetrics: opening.submetrics ?? {} };
  }
  const folder = answersFolder(deps.config, input);
  const stored = async (file: "prompts" | "tables") =>
    deps.artifacts.putBytes(await readFile(splitFile(folder, "test", file)), "application/jsonl");
  const draws = taskOf(deps.config, input.task, input.tier).card.executes === "charts";
  return {
    kind: "opened",
    prompts: await stored("prompts"),
    ...(draws ? { tables: await stored("tables") } : {}),
  };
}

/**
 * Scores the test's predictions and closes the register's entry; the first score stands.
 * @throws TestOpeningError when it was never opened, or for another model or other data
 */
export async function scoreTest(
  deps: EvalDeps,
  input: Parameters<EvalActivities["scoreTest"]>[0],
): ReturnType<EvalActivities["scoreTest"]> {
  const { runId, modelSha256 } = input;
  if ((await register.getTestOpening(deps.db, runId)) === null) {
    throw new TestOpeningError(runId, "was never opened");
  }
  // Refuses another model before its predictions are looked at.
  const opened = await register.openTest(deps.db, input);
  if (opened.test !== null) return { test: opened.test, submetrics: opened.submetrics ?? {} };

  const predictions = await readPredictions(deps, input.predictions);
  const drawn = input.drawn === undefined ? null : await readDrawn(deps, input.drawn);
  const what = { ...input, label: "test", split: "test" as const, predictions, drawn };
  const document = await scoreSplit(deps, what);
  const scores = itemScores(document);
  await putItemScores(deps.db, `${runId}/test`, "test", scores);
  const closed = await register.recordTestScore(deps.db, {
    runId,
    modelSha256,
    test: intervalOf(document),
    submetrics: definedSubmetrics(document),
  });
  if (closed.test === null) throw new Error(`the register kept no score for ${runId}`);
  return { test: closed.test, submetrics: closed.submetrics ?? {} };
}
