import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Split, Tier } from "../../protocol/names.ts";
import { taskOf } from "../task-cards.ts";
import { withTemporaryFolder } from "../with-temporary-folder.ts";
import { answersFolder, toJsonLines } from "./answers.ts";
import type { EvalDeps } from "./eval-deps.ts";
import { runPython } from "./run-python.ts";

const documentSchema = z.object({
  metric: z.object({
    name: z.string(),
    value: z.number(),
    low: z.number(),
    high: z.number(),
    n: z.number().int(),
  }),
  submetrics: z.record(z.string(), z.number().nullable()),
  items: z.array(
    z.object({
      id: z.string(),
      subtask: z.string(),
      /** Null: the item cannot be judged here, and counts nowhere. */
      score: z.number().nullable(),
      error: z.string().nullable(),
    }),
  ),
});
export type ScoreDocument = z.infer<typeof documentSchema>;

/** Runs the task's scorer over one split; an item without a prediction is wrong. */
export async function scoreSplit(
  deps: Pick<EvalDeps, "config">,
  what: {
    readonly task: string;
    readonly tier: Tier;
    readonly dataSha256: string;
    readonly split: Split;
    readonly predictions: readonly { readonly id: string; readonly text: string }[];
    readonly seed: number;
  },
): Promise<ScoreDocument> {
  const { config } = deps;
  const { folder: taskFolder } = taskOf(config, what.task, what.tier);
  return withTemporaryFolder(async (folder) => {
    const predictions = join(folder, "predictions.jsonl");
    const out = join(folder, "scores.json");
    await writeFile(predictions, toJsonLines(what.predictions));
    await runPython(config, join(config.repository, "sandbox-images", "evaluator", "score.py"), [
      ...[
        "--task-dir",
        taskFolder,
        "--items",
        join(answersFolder(config, what), `${what.split}.jsonl`),
      ],
      ...["--predictions", predictions, "--out", out, "--seed", String(what.seed)],
    ]);
    return documentSchema.parse(JSON.parse(await readFile(out, "utf8")));
  });
}

/** The sub-metrics that have a value. */
export function definedSubmetrics(document: ScoreDocument): Record<string, number> {
  return Object.fromEntries(
    Object.entries(document.submetrics).filter(
      (entry): entry is [string, number] => entry[1] !== null,
    ),
  );
}
