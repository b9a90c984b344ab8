import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type Command, Option } from "commander";
import { z } from "zod";
import { SPLITS, TIERS } from "../protocol/names.ts";
import { badInput, CliError, EXIT, failed } from "./cli-error.ts";
import { contextOf } from "./context.ts";
import { print, printJson, say } from "./output.ts";
import { lastLine, runPython } from "./python.ts";
import { findTask, findTier } from "./runs/find-task.ts";
import { isFile, prepareData } from "./runs/prepare-data.ts";
import { withTemporaryFolder } from "./temporary-folder.ts";
import { counted, oneLine } from "./terminal/figures.ts";
import { paletteFor } from "./terminal/palette.ts";
import { formatTable } from "./terminal/table.ts";

/** What audit.py writes; rows count from 0. */
const reportSchema = z.object({
  rows: z.number(),
  removed: z.number(),
  matches: z.array(
    z.looseObject({
      row: z.number(),
      split: z.enum(SPLITS),
      item: z.string(),
      kind: z.string(),
      evidence: z.unknown(),
    }),
  ),
});
type Report = z.infer<typeof reportSchema>;

/** Matches that a terminal shows; the JSON document has them all. */
const SHOWN = 40;

interface Options {
  readonly task: string;
  readonly data: string;
  readonly tier?: string;
}

/** `dojo audit`. */
export function register(command: Command): void {
  command
    .requiredOption("--task <task>", "whose dev, validation and test items")
    .requiredOption("--data <file>", "JSONL of {prompt, completion}")
    .addOption(new Option("--tier <tier>", "size of data and models").choices(TIERS))
    .addHelpText(
      "after",
      "\nFor operators: it tells which rows are in which split. Needs no stack. Agents see one rounded count.\n\nExample:\n  dojo audit --task aime25 --data train.jsonl --json",
    )
    .action(async (options: Options, verb: Command) => {
      const { config, json } = contextOf(verb, { tier: options.tier });
      const task = findTask(options.task, config.repository);
      const { baseModel } = findTier(task, config.tier);
      const data = resolve(options.data);
      if (!(await isFile(data))) throw badInput(`${data} is not there`);
      const { splits } = await prepareData(config, {
        task: task.card.id,
        tier: config.tier,
        baseModel,
      });
      const report = await withTemporaryFolder(async (out) => {
        const end = await runPython(config, "sandbox-images/evaluator/audit.py", [
          ...["--data", data, "--card", join(task.folder, "task.yaml"), "--tier", config.tier],
          ...SPLITS.flatMap((split) => [`--${split}`, splits[split].file]),
          ...["--out", out],
        ]);
        if (end.exitCode === 2) throw new CliError(EXIT.badInput, lastLine(end));
        if (end.exitCode !== 0) throw failed(`the audit failed: ${end.stderr}`);
        return reportSchema.parse(JSON.parse(await readFile(join(out, "report.json"), "utf8")));
      });
      if (json) printJson({ task: task.card.id, tier: config.tier, ...report });
      else print(reportLines(report).join("\n"));
      say(`next: remove the ${counted(report.removed, "row")}, or leave it to the environment`);
    });
}

function reportLines({ rows, removed, matches }: Report): string[] {
  const { bold, dim } = paletteFor(process.stdout);
  const summary = bold(`${removed} of ${counted(rows, "row")} copy items of a split`);
  if (matches.length === 0) return [summary];
  const table = formatTable(
    [
      { title: "row", align: "right" },
      { title: "split" },
      { title: "item" },
      { title: "kind" },
      { title: "evidence" },
    ],
    matches
      .slice(0, SHOWN)
      .map(({ row, split, item, kind, evidence }) => [
        String(row),
        split,
        item,
        kind,
        oneLine(typeof evidence === "string" ? evidence : JSON.stringify(evidence), 80),
      ]),
    dim,
  );
  const more = matches.length - SHOWN;
  return [summary, ...table, ...(more > 0 ? [dim(`and ${more} more: use --json`)] : [])];
}
