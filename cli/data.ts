import { type Command, Option } from "commander";
import { loadTaskFolders } from "../config/task-cards.ts";
import { TIERS } from "../protocol/names.ts";
import { contextOf } from "./context.ts";
import { print, printJson, say } from "./output.ts";
import { findTask, findTier } from "./runs/find-task.ts";
import { type PreparedData, prepareData } from "./runs/prepare-data.ts";
import { bytesText } from "./terminal/figures.ts";
import { paletteFor } from "./terminal/palette.ts";
import { formatTable } from "./terminal/table.ts";

interface Options {
  readonly tier?: string;
  readonly task?: string;
}

/** `dojo data prepare`. */
export function register(command: Command): void {
  command.addHelpText("after", "\nExample:\n  dojo data prepare --tier mini --task aime25");
  command
    .command("prepare")
    .description("make or find raw sources and splits, and check them")
    .addOption(new Option("--tier <tier>", "size of data and models").choices(TIERS))
    .option("--task <task>", "one task (default: all that have the tier)")
    .addHelpText(
      "after",
      "\nA run does this by itself; do it beforehand to see what lies where. Needs no stack.\n\nExample:\n  dojo data prepare --tier mini --task aime25",
    )
    .action(async (options: Options, verb: Command) => {
      const { config, json } = contextOf(verb, { tier: options.tier });
      const tasks =
        options.task === undefined
          ? loadTaskFolders(config.repository).filter(({ card }) => card.tiers[config.tier])
          : [findTask(options.task, config.repository)];
      const tiers = tasks.map((task) => ({ task, tier: findTier(task, config.tier) }));
      const prepared: PreparedData[] = [];
      for (const { task, tier } of tiers) {
        say(`preparing ${task.card.id} (${config.tier} tier)`);
        const { id } = task.card;
        const what = { task: id, tier: config.tier, baseModel: tier.baseModel };
        prepared.push(await prepareData(config, what));
      }
      if (json) printJson(prepared);
      else print(prepared.map((data) => dataLines(data).join("\n")).join("\n\n"));
      say(`next: dojo run --task ${prepared[0]?.task ?? "TASK"} --agent ft-agent`);
    });
}

function dataLines(data: PreparedData): string[] {
  const { bold, dim } = paletteFor(process.stdout);
  const sources = data.sources.map((source) => [
    `raw/${source.name}`,
    `${source.rows} rows`,
    bytesText(source.bytes),
    source.sha256.slice(0, 16),
    source.licence,
  ]);
  const splits = Object.entries(data.splits).map(([name, split]) => [
    name,
    `${split.items} items`,
    "",
    split.sha256.slice(0, 16),
    "",
  ]);
  const columns = [
    { title: "part" },
    { title: "size", align: "right" as const },
    { title: "bytes", align: "right" as const },
    { title: "sha256" },
    { title: "licence" },
  ];
  return [
    `${bold(data.task)} ${data.folder}`,
    `base model ${data.baseModel.name}, sha256 ${data.baseModel.sha256.slice(0, 16)}`,
    ...formatTable(columns, [...sources, ...splits], dim),
  ];
}
