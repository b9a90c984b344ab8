import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../config/load.ts";
import { readTaskCard, type TaskFolder } from "../config/task-cards.ts";
import type { AgentTaskCard } from "../protocol/agent.ts";
import { DOMAINS, type Tier } from "../protocol/names.ts";
import type { TaskTier } from "../protocol/task-card.ts";
import { fault } from "./faults.ts";

/** A task with the tier that is asked for, the configuration's smaller limits applied. @throws TaskUnknown, NotSupported */
export function taskOf(
  config: Config,
  task: string,
  tier: Tier,
): TaskFolder & { readonly tier: TaskTier } {
  const found = findTask(config.repository, task);
  if (found === null) throw fault("TaskUnknown", `there is no task ${task}`);
  const card = found.card.tiers[tier];
  if (card === undefined) throw fault("NotSupported", `task ${task} has no ${tier} tier`);
  const maxSteps = Math.min(
    card.limits.maxSteps,
    config.limits.maxSteps ?? Number.POSITIVE_INFINITY,
  );
  return {
    ...found,
    tier: {
      ...card,
      limits: { ...card.limits, maxSteps },
      splits: { ...card.splits, ...config.limits.splits },
    },
  };
}

/** Reads the one card: activities are called often, and all cards together take a while. */
function findTask(repository: string, task: string): TaskFolder | null {
  if (!/^[a-z0-9-]+$/.test(task)) return null;
  const folder = DOMAINS.map((domain) => join(repository, "tasks", domain, task)).find((path) =>
    existsSync(join(path, "task.yaml")),
  );
  return folder === undefined ? null : { folder, card: readTaskCard(join(folder, "task.yaml")) };
}

/** What an agent sees of a task. */
export function agentCard(config: Config, task: string, tier: Tier): AgentTaskCard {
  const found = taskOf(config, task, tier);
  const { card } = found;
  return {
    id: card.id,
    domain: card.domain,
    title: card.title,
    description: card.description,
    answerFormat: card.answerFormat,
    answerPattern: card.answerPattern,
    answerTemplate: card.answerTemplate,
    answerLabels: card.answerLabels,
    metric: card.metric,
    subtasks: found.tier.subtasks ?? card.subtasks,
    errorClasses: card.errorClasses,
    constraints: card.constraints,
    tier,
    contextLength: found.tier.contextLength,
    maxNewTokens: found.tier.maxNewTokens,
    limits: found.tier.limits,
    sources: found.tier.sources,
  };
}

/** The parts of the card that the trainer's statistics need, as `--card-json`. */
export function statisticsCard(config: Config, task: string, tier: Tier): string {
  const { answerPattern, answerLabels, sources, limits } = agentCard(config, task, tier);
  return JSON.stringify({ answerPattern, answerLabels, sources, limits });
}
