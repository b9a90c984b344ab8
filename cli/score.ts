import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import { intervalSchema } from "../protocol/interval.ts";
import { CliError, EXIT, failed } from "./cli-error.ts";
import { contextOf } from "./context.ts";
import { wholeNumber } from "./option-values.ts";
import { print, printJson, say } from "./output.ts";
import { lastLine, runPython } from "./python.ts";
import { drawOffline } from "./runs/draw-offline.ts";
import { findTask } from "./runs/find-task.ts";
import { withTemporaryFolder } from "./temporary-folder.ts";
import { scoreText } from "./terminal/figures.ts";
import { paletteFor } from "./terminal/palette.ts";
import { formatPairs } from "./terminal/table.ts";

/** What score.py writes. */
const scoreDocumentSchema = z.looseObject({
  task: z.string(),
  metric: intervalSchema.extend({ name: z.string() }),
  submetrics: z.record(z.string(), z.number()),
  items: z.array(
    z.looseObject({ id: z.string(), score: z.number().nullable(), error: z.string().nullable() }),
  ),
  leftOut: z.array(
    z.looseObject({
      subtask: z.string(),
      items: z.number().int(),
      of: z.number().int(),
      reason: z.string(),
    }),
  ),
});
type ScoreDocument = z.infer<typeof scoreDocumentSchema>;

interface Options {
  readonly task: string;
  readonly items: string;
  readonly predictions: string;
  readonly seed: number;
  readonly allowUnprotected?: boolean;
}

/** `dojo score`. */
export function register(command: Command): void {
  command
    .requiredOption("--task <task>", "whose scorer")
    .requiredOption(
      "--items <file>",
      "items with their gold answers: .jsonl, .jsonl.gz or .parquet",
    )
    .requiredOption(
      "--predictions <file>",
      "rows of {id, text}, raw model text: .jsonl, .jsonl.gz or .parquet",
    )
    .option("--seed <n>", "seed of the bootstrap", wholeNumber(0), 0)
    .option("--allow-unprotected", "run predicted programs without bubblewrap or container")
    .addHelpText(
      "after",
      "\nNeeds no stack. An item without a prediction is wrong, never left out.\nWhere predictions are programs (table-charts), they run in the sandbox first, without the answers.\n\nExample:\n  dojo score --task aime25 --items items.jsonl --predictions predictions.jsonl --json",
    )
    .action(async (options: Options, verb: Command) => {
      const { config, json } = contextOf(verb);
      const { folder, card } = findTask(options.task, config.repository);
      const files = { items: resolve(options.items), predictions: resolve(options.predictions) };
      await withTemporaryFolder(async (temporary) => {
        const out = join(temporary, "score.json");
        const allowUnprotected = options.allowUnprotected ?? false;
        const drawn =
          card.executes === "charts"
            ? await drawOffline(config, { ...files, folder: temporary, allowUnprotected })
            : null;
        const end = await runPython(config, "sandbox-images/evaluator/score.py", [
          ...["--task-dir", folder, "--out", out, "--seed", String(options.seed), "--refuse-empty"],
          ...["--items", files.items, "--predictions", files.predictions],
          ...(drawn === null ? [] : ["--drawn", drawn.path]),
        ]);
        if (end.exitCode === 2) throw new CliError(EXIT.badInput, lastLine(end));
        if (end.exitCode !== 0) throw failed(`the scorer of ${options.task} failed: ${end.stderr}`);
        const document = {
          ...scoreDocumentSchema.parse(JSON.parse(await readFile(out, "utf8"))),
          ...(drawn === null ? {} : { protection: drawn.protection }),
        };
        if (drawn?.protection === "unprotected") {
          say("the programs ran unprotected: as this user, with what it can read");
        }
        if (json) printJson(document);
        else print(scoreLines(document).join("\n"));
        say(`next: dojo tasks show ${options.task}`);
      });
    });
}

function scoreLines({ task, metric, submetrics, items, leftOut }: ScoreDocument): string[] {
  const { bold, dim } = paletteFor(process.stdout);
  const errors = new Map<string, number>();
  for (const { error } of items)
    if (error !== null) errors.set(error, (errors.get(error) ?? 0) + 1);
  const byCount = [...errors].sort(([, a], [, b]) => b - a);
  const pairs: [string, string][] = [
    [metric.name, `${bold(scoreText(metric))} over ${metric.n} items`],
    ...Object.entries(submetrics).map(([name, value]): [string, string] => [
      name,
      value.toFixed(3),
    ]),
    ...byCount.map(([name, count]): [string, string] => [`error ${name}`, String(count)]),
    ...leftOut.map((left): [string, string] => [
      `left out ${left.subtask}`,
      `${left.items} of ${left.of} items: ${left.reason}`,
    ]),
  ];
  return [bold(task), ...formatPairs(pairs, dim).map((line) => `  ${line}`)];
}
