import { existsSync } from "node:fs";
import type { Config } from "../../config/load.ts";
import type { TaskFolder } from "../../config/task-cards.ts";
import { NAME_PATTERN, runId } from "../../protocol/ids.ts";
import { AGENTS, type AgentName } from "../../protocol/names.ts";
import {
  type Ablations,
  ablationsSchema,
  type RunSpec,
  runSpecSchema,
} from "../../protocol/run-spec.ts";
import { badInput } from "../cli-error.ts";
import { suggestion } from "../suggest.ts";
import { findTask, findTier } from "./find-task.ts";

/** Options of `dojo run`, as commander parses them. */
export interface RunOptions {
  readonly task: string;
  readonly agent: string;
  readonly seed: number;
  readonly study: string;
  readonly backbone: string;
  readonly variant?: string;
  readonly baseModel?: string;
  readonly iterations?: number;
  readonly maxGpuSeconds?: number;
  readonly maxUsd?: number;
  readonly maxTokens?: number;
  readonly maxWall?: number;
  readonly target?: number;
  readonly maxRepairs?: number;
  readonly ablate?: string;
  readonly approve?: boolean;
  readonly allowUnprotected?: boolean;
}

/**
 * Checks everything that can be checked before a run starts, and gives its specification (with the id of its first attempt).
 * Throws {@link import("../cli-error.ts").CliError} with exit code 2 and one line: what, where, what to do.
 */
export function planRun(
  options: RunOptions,
  config: Config,
  env: Readonly<Record<string, string | undefined>>,
): { readonly spec: RunSpec; readonly task: TaskFolder } {
  const task = findTask(options.task, config.repository);
  const agent = knownAgent(options.agent);
  const backbone = knownBackbone(options.backbone, agent, config, env);
  const ablations = parseAblations(options.ablate, agent);
  const variant = options.variant ?? agent;
  knownName("--study", options.study);
  knownName("--variant", variant);
  const baseModel = options.baseModel ?? findTier(task, config.tier).baseModel;
  knownBaseModel(baseModel, config);

  const { run } = config;
  const spec = {
    id: runId({ study: options.study, task: task.card.id, variant, seed: options.seed }),
    study: options.study,
    task: task.card.id,
    domain: task.card.domain,
    tier: config.tier,
    variant,
    agent: { name: agent, backbone, ablations },
    seed: options.seed,
    budget: {
      iterations: options.iterations ?? run.budget.iterations,
      maxGpuSeconds: options.maxGpuSeconds ?? run.budget.maxGpuSeconds,
      maxUsd: options.maxUsd ?? run.budget.maxUsd,
      maxTokens: options.maxTokens ?? run.budget.maxTokens,
      maxWallSeconds: options.maxWall ?? run.budget.maxWallSeconds,
      targetScore: options.target ?? run.budget.targetScore,
    },
    acceptance: run.acceptance,
    maxRepairs: options.maxRepairs ?? run.maxRepairs,
    approve: options.approve ?? false,
    maxAudits: run.maxAudits,
    baseModel: options.baseModel ?? null,
    allowUnprotected: (options.allowUnprotected ?? false) || config.sandbox.allowUnprotected,
    continueAsNewAfter: run.continueAsNewAfter,
    timeouts: config.timeouts,
  };
  const parsed = runSpecSchema.safeParse(spec);
  if (parsed.success) return { spec: parsed.data, task };
  const issue = parsed.error.issues[0];
  throw badInput(`${issue?.path.join(".")}: ${issue?.message}`, "see `dojo run --help`");
}

/** The agent of a name; null proto names and typing errors get a suggestion. */
function knownAgent(name: string): AgentName {
  const found = AGENTS.find((agent) => agent === name);
  if (found !== undefined) return found;
  throw badInput(`no agent is called ${JSON.stringify(name)}`, suggestion(name, AGENTS));
}

function knownBackbone(
  name: string,
  agent: AgentName,
  config: Config,
  env: Readonly<Record<string, string | undefined>>,
): string {
  if (name === "builtin") return name;
  const known = Object.keys(config.backbones);
  const backbone = Object.hasOwn(config.backbones, name) ? config.backbones[name] : undefined;
  if (backbone === undefined) {
    throw badInput(
      `no backbone is called ${JSON.stringify(name)}`,
      suggestion(name, ["builtin", ...known]),
    );
  }
  if (agent !== "ft-agent") {
    throw badInput(`${agent} asks no language model`, "leave --backbone out");
  }
  // The planner pool of a stack elsewhere has its own environment, which can't be seen from here.
  const key = backbone.apiKeyEnv === null ? "none" : env[backbone.apiKeyEnv];
  if (config.temporal.address === null && (key === undefined || key === "")) {
    throw badInput(
      `backbone ${name} needs an API key in ${backbone.apiKeyEnv}, which is not set`,
      `export ${backbone.apiKeyEnv}=… before \`dojo up\`, or use --backbone builtin`,
    );
  }
  return name;
}

function parseAblations(text: string | undefined, agent: AgentName): Ablations {
  const known = Object.keys(ablationsSchema.shape);
  const names = (text ?? "").split(",").filter((name) => name !== "");
  for (const name of names) {
    if (!known.includes(name)) {
      throw badInput(
        `--ablate: ft-agent has no part called ${JSON.stringify(name)}`,
        suggestion(name, known),
      );
    }
  }
  if (names.length > 0 && agent !== "ft-agent") {
    throw badInput(`--ablate switches parts of ft-agent off; ${agent} has none of them`);
  }
  return ablationsSchema.parse(Object.fromEntries(names.map((name) => [name, true])));
}

/** The configuration's base model of a name, whether it is there or not. Throws with exit code 2. */
export function configuredBaseModel(name: string, config: Config): Config["baseModels"][string] {
  const known = Object.keys(config.baseModels);
  const model = Object.hasOwn(config.baseModels, name) ? config.baseModels[name] : undefined;
  if (model !== undefined) return model;
  throw badInput(
    `no base model is called ${JSON.stringify(name)} in the configuration`,
    suggestion(name, known),
  );
}

/** Makes sure that the configuration has a base model and that it lies where it says. Throws with exit code 2. */
export function knownBaseModel(name: string, config: Config): void {
  const model = configuredBaseModel(name, config);
  if (config.temporal.address === null && !existsSync(model.path)) {
    throw badInput(
      `base model ${name} is not at ${model.path}`,
      config.tier === "mini"
        ? `put it there, or set baseModels.${name}.path`
        : `\`dojo data prepare --tier full --task TASK --base-model ${name}\` downloads it, or set baseModels.${name}.path`,
    );
  }
}

function knownName(option: string, name: string): void {
  if (NAME_PATTERN.test(name)) return;
  throw badInput(
    `${option} ${JSON.stringify(name)}: a name is made of a-z, 0-9, dot, dash and underscore, at most 63 characters`,
  );
}
