import { existsSync } from "node:fs";
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
import { prepareData } from "./runs/prepare-data.ts";
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
      /** Which way of looking found it. */
      detector: z.string(),
      evidence: z.string(),
      /** Both prompts, cut. */
      rowText: z.string(),
      itemText: z.string(),
    }),
  ),
  /** Rows that break the card's constraints, by name. */
  constraints: z.record(
    z.string(),
    z.object({
      rows: z.number(),
      kinds: z.record(z.string(), z.number()),
      examples: z.array(z.object({ row: z.number(), kinds: z.array(z.string()) })),
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
    .requiredOption("--data <file>", "rows of {prompt, completion}: .jsonl, .jsonl.gz or .parquet")
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
      // Before the task's data are made; a folder and what else cannot be read the script explains.
      if (!existsSync(data)) throw badInput(`${data} is not there`);
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

function reportLines({ rows, removed, matches, constraints }: Report): string[] {
  const { bold, dim } = paletteFor(process.stdout);
  const lines = [bold(`${removed} of ${counted(rows, "row")} copy items of a split`)];
  const columns = [
    { title: "row", align: "right" as const },
    ...["split", "item", "kind", "found by", "evidence"].map((title) => ({ title })),
  ];
  const shown = matches.slice(0, SHOWN);
  const table = formatTable(
    columns,
    shown.map(({ row, split, item, kind, detector, evidence }) => [
      ...[String(row), split, item, kind, detector],
      oneLine(evidence, 60),
    ]),
    dim,
  );
  const texts = shown.flatMap(({ rowText, itemText }) => [
    dim(`      row:  ${oneLine(rowText, 110)}`),
    dim(`      item: ${oneLine(itemText, 110)}`),
  ]);
  if (shown.length > 0) {
    const [head, ...body] = table;
    lines.push(head ?? "");
    for (const [at, line] of body.entries()) {
      lines.push(line, ...texts.slice(2 * at, 2 * at + 2));
    }
  }
  const more = matches.length - SHOWN;
  if (more > 0) lines.push(dim(`and ${more} more: use --json`));
  for (const [name, { rows: broken, kinds, examples }] of Object.entries(constraints)) {
    const found = Object.entries(kinds).map(([kind, count]) => `${kind} ${count}`);
    const where = examples.slice(0, 10).map(({ row }) => row);
    lines.push(
      broken === 0
        ? `no row breaks ${name}`
        : bold(`${name} is broken by ${counted(broken, "row")}`) +
            ` (${found.join(", ")}), as ${where.join(", ")}${broken > where.length ? ", ..." : ""}`,
    );
  }
  return lines;
}
