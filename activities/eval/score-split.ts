import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Split, Tier } from "../../protocol/names.ts";
import { taskOf } from "../task-cards.ts";
import { withTemporaryFolder } from "../with-temporary-folder.ts";
import { answersFolder, splitFile, toJsonLines } from "./answers.ts";
import type { EvalDeps } from "./eval-deps.ts";
import { runEvaluator } from "./run-evaluator.ts";

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
      /** What the item shares with others, if anything. */
      cluster: z.string().optional(),
      /** Null: the item cannot be judged here, and counts nowhere. */
      score: z.number().nullable(),
      error: z.string().nullable(),
    }),
  ),
});
export type ScoreDocument = z.infer<typeof documentSchema>;

/** Runs the task's scorer over one split; an item without a prediction is wrong. */
export async function scoreSplit(
  deps: Pick<EvalDeps, "config" | "jobs">,
  what: {
    readonly runId: string;
    /** Short name of the experiment, or `test`. */
    readonly label: string;
    readonly task: string;
    readonly tier: Tier;
    readonly dataSha256: string;
    readonly split: Split;
    readonly predictions: readonly { readonly id: string; readonly text: string }[];
    /** What the predictions drew, where they are programs; else null. */
    readonly drawn: readonly { readonly id: string }[] | null;
    readonly seed: number;
  },
): Promise<ScoreDocument> {
  const { config } = deps;
  const { folder: taskFolder } = taskOf(config, what.task, what.tier);
  return withTemporaryFolder(async (folder) => {
    const predictions = join(folder, "predictions.jsonl");
    const out = join(folder, "out");
    await writeFile(predictions, toJsonLines(what.predictions));
    const drawn = join(folder, "drawn.jsonl");
    if (what.drawn !== null) await writeFile(drawn, toJsonLines(what.drawn));
    await runEvaluator(deps, {
      runId: what.runId,
      label: `${what.label}.${what.split}`,
      stage: "scorePredictions",
      script: "score.py",
      args: [
        ...["--task-dir", "{{task}}", "--items", "{{items}}", "--predictions", "{{predictions}}"],
        ...["--out", "{{out}}/scores.json", "--seed", String(what.seed)],
        ...(what.drawn === null ? [] : ["--drawn", "{{drawn}}"]),
      ],
      inputs: {
        task: taskFolder,
        items: splitFile(answersFolder(config, what), what.split, "items"),
        predictions,
        ...(what.drawn === null ? {} : { drawn }),
      },
      out,
      outputs: ["scores.json"],
    });
    return documentSchema.parse(JSON.parse(await readFile(join(out, "scores.json"), "utf8")));
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
