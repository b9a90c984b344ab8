import { type Command, Option } from "commander";
import { loadTaskFolders } from "../config/task-cards.ts";
import { TIERS } from "../protocol/names.ts";
import { contextOf } from "./context.ts";
import { print, printJson, say } from "./output.ts";
import { type FetchOptions, fetchFull } from "./runs/fetch-full.ts";
import { findTask, findTier } from "./runs/find-task.ts";
import { configuredBaseModel } from "./runs/plan-run.ts";
import { type PreparedData, prepareData } from "./runs/prepare-data.ts";
import { bytesText } from "./terminal/figures.ts";
import { paletteFor } from "./terminal/palette.ts";
import { formatTable } from "./terminal/table.ts";

type Options = FetchOptions & {
  readonly tier?: string;
  readonly task?: string;
  readonly baseModel?: string;
};

/** `dojo data prepare`. */
export function register(command: Command): void {
  command.addHelpText("after", "\nExample:\n  dojo data prepare --tier mini --task aime25");
  command
    .command("prepare")
    .description("make, fetch or find raw sources, splits and base models, and check them")
    .addOption(new Option("--tier <tier>", "size of data and models").choices(TIERS))
    .option("--task <task>", "one task (default: all that have the tier)")
    .option("--base-model <name>", "a base model of the configuration (default: the card's)")
    .option("--from <folder>", "full tier: copy from a local mirror, not the network")
    .option("--accept-licence", "full tier: accept the licences that are shown; asked once")
    .option("--pin", "full tier: record the sha256 of files that have none yet")
    .addHelpText(
      "after",
      "\nA run makes the mini tier's data by itself. The full tier's comes from the network or a mirror, here and nowhere else\n(docs/full-tier.md); what broke off goes on where it was. Needs no stack.\n\nExamples:\n  dojo data prepare --tier mini --task aime25\n  dojo data prepare --tier full --task noc4pc --accept-licence --pin",
    )
    .action(async (options: Options, verb: Command) => {
      const { config, json } = contextOf(verb, { tier: options.tier });
      const tasks =
        options.task === undefined
          ? loadTaskFolders(config.repository).filter(({ card }) => card.tiers[config.tier])
          : [findTask(options.task, config.repository)];
      const tiers = tasks.map((task) => ({ task, tier: findTier(task, config.tier) }));
      const baseModels = new Set(tiers.map(({ tier }) => options.baseModel ?? tier.baseModel));
      for (const name of baseModels) configuredBaseModel(name, config);
      if (config.tier === "full") {
        const ids = tasks.map(({ card }) => card.id);
        await fetchFull(config, { tasks: ids, baseModels: [...baseModels] }, options);
      }
      const prepared: PreparedData[] = [];
      for (const { task, tier } of tiers) {
        say(`preparing ${task.card.id} (${config.tier} tier)`);
        const { id } = task.card;
        const what = {
          task: id,
          tier: config.tier,
          baseModel: options.baseModel ?? tier.baseModel,
        };
        prepared.push(await prepareData(config, what));
      }
      if (json) printJson(prepared);
      else print(prepared.map((data) => dataLines(data).join("\n")).join("\n\n"));
      for (const { task, notes } of prepared) {
        for (const [note, count] of Object.entries(notes)) say(`${task}: ${count} ${note}`);
      }
      const tier = config.tier === "mini" ? "" : ` --tier ${config.tier}`;
      say(`next: dojo run --task ${prepared[0]?.task ?? "TASK"}${tier} --agent ft-agent`);
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
