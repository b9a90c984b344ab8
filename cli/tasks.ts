import type { Command } from "commander";
import { loadTaskFolders, type TaskFolder } from "../config/task-cards.ts";
import { TIERS } from "../protocol/names.ts";
import { contextOf } from "./context.ts";
import { print, printJson, say } from "./output.ts";
import { findTask } from "./runs/find-task.ts";
import { oneLine } from "./terminal/figures.ts";
import { paletteFor } from "./terminal/palette.ts";
import { formatPairs, formatTable } from "./terminal/table.ts";

/** `dojo tasks`, `dojo tasks show TASK`. */
export function register(command: Command): void {
  command
    .addHelpText("after", "\nExamples:\n  dojo tasks\n  dojo tasks show aime25")
    .action((_options: unknown, verb: Command) => {
      const { config, json } = contextOf(verb);
      const tasks = loadTaskFolders(config.repository);
      if (json) printJson(tasks.map(({ card }) => card));
      else print(listLines(tasks).join("\n"));
      say(`next: dojo tasks show ${tasks[0]?.card.id ?? "TASK"}`);
    });
  command
    .command("show")
    .description("a task's card")
    .argument("<task>", "the task's id")
    .addHelpText("after", "\nExample:\n  dojo tasks show aime25")
    .action((id: string, _options: unknown, verb: Command) => {
      const { config, json } = contextOf(verb);
      const task = findTask(id, config.repository, { exitCode: 3 });
      if (json) printJson(task.card);
      else print(cardLines(task).join("\n"));
      say(`next: dojo run --task ${task.card.id} --agent ft-agent`);
    });
}

function listLines(tasks: readonly TaskFolder[]): string[] {
  return formatTable(
    [
      { title: "task" },
      { title: "domain" },
      { title: "tiers" },
      { title: "metric" },
      { title: "title" },
    ],
    tasks.map(({ card }) => [
      card.id,
      card.domain,
      TIERS.filter((tier) => card.tiers[tier] !== undefined).join(", "),
      card.metric.name,
      card.title,
    ]),
    paletteFor(process.stdout).dim,
  );
}

function cardLines({ card }: TaskFolder): string[] {
  const { bold, dim } = paletteFor(process.stdout);
  const lines = [
    bold(`${card.id}: ${card.title}`),
    "",
    card.description.trim(),
    "",
    ...formatPairs(
      [
        ["domain", card.domain],
        ["metric", `${card.metric.name}: ${card.metric.description}`],
        ["answer format", oneLine(card.answerFormat, 200)],
        ["labels", card.answerLabels?.join(", ") ?? "open answers"],
        ["subtasks", card.subtasks.join(", ")],
        ["split by", card.key],
        ["seed spread", card.seedSpread.toFixed(3)],
      ],
      dim,
    ),
    "",
    bold("error classes"),
    ...formatPairs(Object.entries(card.errorClasses), dim).map((line) => `  ${line}`),
  ];
  for (const tier of TIERS) {
    const part = card.tiers[tier];
    if (part === undefined) continue;
    const { splits, limits } = part;
    lines.push(
      "",
      bold(`${tier} tier`),
      ...formatPairs(
        [
          ["base model", part.baseModel],
          ["context", `${part.contextLength} tokens, ${part.maxNewTokens} of them new`],
          ["splits", `dev ${splits.dev}, validation ${splits.validation}, test ${splits.test}`],
          [
            "limits",
            `${limits.maxSteps} steps, ${limits.maxRows} rows, ${limits.maxTokens} tokens, ${limits.curationCpuSeconds} s CPU`,
          ],
        ],
        dim,
      ).map((line) => `  ${line}`),
      ...formatTable(
        [{ title: "source" }, { title: "licence" }, { title: "description" }],
        part.sources.map((source) => [source.name, source.licence, source.description]),
        dim,
      ).map((line) => `  ${line}`),
    );
  }
  return lines;
}
