import { loadTaskFolders, type TaskFolder } from "../../config/task-cards.ts";
import type { Tier } from "../../protocol/names.ts";
import type { TaskTier } from "../../protocol/task-card.ts";
import { badInput, CliError, EXIT } from "../cli-error.ts";
import { suggestion } from "../suggest.ts";

/** The task of an id. Throws {@link CliError} with near names; exit code 2, or 3 where the task is what was asked for. */
export function findTask(
  id: string,
  repository: string,
  options: { readonly exitCode?: 2 | 3 } = {},
): TaskFolder {
  const tasks = loadTaskFolders(repository);
  const found = tasks.find((task) => task.card.id === id);
  if (found !== undefined) return found;
  const advice = suggestion(
    id,
    tasks.map((task) => task.card.id),
  );
  throw new CliError(
    options.exitCode ?? EXIT.badInput,
    `no task is called ${JSON.stringify(id)}; ${advice ?? "see `dojo tasks`"}`,
  );
}

/** The task's part for a tier. Throws {@link CliError} (2) when the task has none. */
export function findTier(task: TaskFolder, tier: Tier): TaskTier {
  const found = task.card.tiers[tier];
  if (found !== undefined) return found;
  const there = Object.keys(task.card.tiers).filter((name) => name in task.card.tiers);
  throw badInput(`task ${task.card.id} has no ${tier} tier`, `it has: ${there.join(", ")}`);
}
