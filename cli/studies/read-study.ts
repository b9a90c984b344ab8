import { relative } from "node:path";
import { ConfigError } from "../../config/config-error.ts";
import { explainIssue } from "../../config/explain-issue.ts";
import { type Layer, mergeLayers } from "../../config/layers.ts";
import type { Config } from "../../config/load.ts";
import { readYamlLayer } from "../../config/read-yaml.ts";
import { loadTaskFolders, type TaskFolder } from "../../config/task-cards.ts";
import type { Tier } from "../../protocol/names.ts";
import {
  cellsOf,
  type StudyFile,
  type StudySpec,
  studyFileSchema,
} from "../../protocol/study-spec.ts";
import { CliError } from "../cli-error.ts";
import { planRun } from "../runs/plan-run.ts";

/** Milliseconds between two looks for runs whose end was never told: they were terminated, or the news was lost. */
const RECONCILE_MS = 60_000;

/** A study file that was read and checked. */
export interface ReadStudy {
  readonly file: StudyFile;
  /** Makes the specification under a configuration of the file's tier. */
  readonly plan: (config: Config, env: Readonly<Record<string, string | undefined>>) => StudySpec;
}

/**
 * Reads a study file. Everything is checked before anything starts.
 * @throws ConfigError with file, line, key and reason
 */
export function readStudy(path: string): ReadStudy {
  const layer = { ...readYamlLayer(path), origin: relative(process.cwd(), path) || path };
  const parsed = studyFileSchema.safeParse(layer.values);
  if (!parsed.success) throw new ConfigError(explainIssue(parsed.error, mergeLayers([layer])));
  const file = parsed.data;
  const fail = failing(layer);
  return { file, plan: (config, env) => planStudy({ file, config, env, fail }) };
}

/** Makes a study's specification, with everything checked. `fail` throws for a place in the file. */
export function planStudy(study: {
  readonly file: StudyFile;
  readonly config: Config;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly fail: Fail;
}): StudySpec {
  const { file, config, env, fail } = study;
  const repeated = <T>(key: string, values: readonly T[]): void => {
    const at = values.findIndex((value, index) => values.indexOf(value) !== index);
    if (at >= 0) fail([key, at], `${JSON.stringify(values[at])} stands there twice`);
  };
  repeated("seeds", file.seeds);
  if (file.tasks !== "all") repeated("tasks", file.tasks);
  const tasks = tasksOf(file, config.repository, config.tier, fail);
  const { budget } = file;
  const variants = Object.entries(file.variants).map(([variant, settings]) => {
    const path = ["variants", variant];
    if (budget.iterations === 0 && settings.agent !== "base-model") {
      fail(["budget", "iterations"], `no iterations leave ${settings.agent} nothing to do`);
    }
    // Every task is planned, so that one without the tier, or a base model that is missing, is told before anything starts.
    const specs = tasks.map(({ card }) =>
      at(path, fail, () =>
        planRun(
          {
            task: card.id,
            agent: settings.agent,
            seed: 0,
            study: file.name,
            backbone: settings.backbone,
            variant,
            ...(settings.baseModel === null ? {} : { baseModel: settings.baseModel }),
            ...(settings.ablate.length === 0 ? {} : { ablate: settings.ablate.join(",") }),
            ...defined({
              iterations: budget.iterations,
              maxGpuSeconds: budget.maxGpuSeconds ?? undefined,
              maxUsd: budget.maxUsd ?? undefined,
              maxTokens: budget.maxTokens ?? undefined,
              maxWall: budget.maxWallSeconds ?? undefined,
              target: budget.targetScore ?? undefined,
            }),
          },
          config,
          env,
        ),
      ),
    );
    const [first] = specs;
    if (first === undefined) throw new Error("a study has tasks");
    const { id: _, study: __, task: ___, domain: ____, seed: _____, ...shared } = first.spec;
    return shared;
  });
  const spec: StudySpec = {
    name: file.name,
    tasks: tasks.map(({ card }) => ({ id: card.id, domain: card.domain })),
    variants,
    seeds: file.seeds,
    exclude: file.exclude,
    concurrency: file.concurrency,
    priority: file.priority,
    weight: file.weight,
    reconcileMs: RECONCILE_MS,
  };
  file.exclude.forEach((rule, index) => {
    const known =
      (rule.task === undefined || spec.tasks.some(({ id }) => id === rule.task)) &&
      (rule.variant === undefined || rule.variant in file.variants) &&
      (rule.seed === undefined || file.seeds.includes(rule.seed));
    if (!known) fail(["exclude", index], "names no cell of this study");
  });
  if (cellsOf(spec).length === 0) fail(["exclude"], "leaves no cell");
  return spec;
}

function tasksOf(
  file: StudyFile,
  repository: string,
  tier: Tier,
  fail: Fail,
): readonly TaskFolder[] {
  const known = loadTaskFolders(repository);
  if (file.tasks === "all") return known.filter(({ card }) => card.tiers[tier] !== undefined);
  return file.tasks.map((id, index) => {
    const found = known.find(({ card }) => card.id === id);
    const ids = known.map(({ card }) => card.id).join(", ");
    return (
      found ?? fail(["tasks", index], `no task is called ${JSON.stringify(id)}; there is: ${ids}`)
    );
  });
}

/** Throws for a place in a file. */
export type Fail = (path: readonly PropertyKey[], what: string) => never;

/** What throws for a place in the file: `file:line: path: what`. */
export function failing(layer: Layer): Fail {
  return (path, what) => {
    const line = layer.lineOf?.(path) ?? null;
    const where = `${layer.origin}${line === null ? "" : `:${line}`}`;
    throw new ConfigError(`${where}: ${path.join(".")}: ${what}`);
  };
}

/** Runs a check; what it has to say is told with the place in the file. */
function at<T>(path: readonly PropertyKey[], fail: Fail, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (error instanceof CliError) fail(path, error.message);
    throw error;
  }
}

function defined<T extends object>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}
