import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import type { Config } from "../config/load.ts";
import { parseRunId } from "../protocol/ids.ts";
import { getExperiment } from "../store/experiments.ts";
import { listIterations } from "../store/iterations.ts";
import { listKnownIds } from "../store/known-ids.ts";
import type { Store } from "../store/open-store.ts";
import { getRun } from "../store/runs.ts";
import { failed, notFound } from "./cli-error.ts";
import { contextOf } from "./context.ts";
import { print, printJson, say } from "./output.ts";
import { openArtifacts } from "./runs/artifacts.ts";
import { writeFolder } from "./runs/atomic-folder.ts";
import { findTask } from "./runs/find-task.ts";
import { type ExportSource, modelCard } from "./runs/model-card.ts";
import { resolveId } from "./runs/resolve-id.ts";
import { withStore } from "./runs/with-store.ts";

/** `dojo export`. */
export function register(command: Command): void {
  command
    .argument("<id>", "a run (its accepted model) or an experiment")
    .requiredOption("--out <folder>", "a folder that is new or empty")
    .addHelpText(
      "after",
      "\nWrites model/, submission/, MODEL_CARD.md, strategy.json and lineage.json: all of it or nothing. Needs no stack.\n\nExample:\n  dojo export aime25/ft-agent/s7 --out my-model",
    )
    .action(async (typed: string, options: { readonly out: string }, verb: Command) => {
      const { config, json } = contextOf(verb);
      const source = await withStore(config, async (store) => {
        if (store === null) throw notFound(`no run was recorded in ${config.databaseUrl}`);
        return findSource(config, store, resolveId(typed, await listKnownIds(store.db)));
      });
      const folder = resolve(options.out);
      await writeFolder(folder, (partial) => writeModel(config, source, partial));
      const { experiment } = source;
      const { weightsSha256 } = experiment.result.lineage;
      if (json) printJson({ folder, experiment: experiment.id, weightsSha256 });
      else print(`${folder}: the model of ${experiment.id}, weights sha256 ${weightsSha256}`);
      say(`next: read ${join(options.out, "MODEL_CARD.md")}`);
    });
}

/** What is exported for an id. Throws with exit code 1 when nothing was accepted or trained. */
async function findSource(config: Config, store: Store, id: string): Promise<ExportSource> {
  if (parseRunId(id) === null) {
    const experiment = await getExperiment(store.db, id);
    if (experiment?.result.model == null) throw failed(`the experiment ${id} trained no model`);
    const { card } = findTask(experiment.task, config.repository);
    const run = await getRun(store.db, experiment.runId);
    const iterations = run === null ? [] : await listIterations(store.db, run.id);
    const iteration = iterations.find((each) => each.experiments.includes(id)) ?? null;
    return { card, run, iteration, experiment };
  }
  const run = await getRun(store.db, id);
  if (run === null) throw notFound(`no run ${id} in the store`);
  if (run.best === null) {
    const so = run.status === "running" ? " so far" : "";
    throw failed(
      `${id} accepted no submission${so}: the base model stands`,
      `see \`dojo show ${id}\``,
    );
  }
  const iteration = (await listIterations(store.db, id)).find((each) => each.index === run.best);
  for (const experimentId of iteration?.experiments ?? []) {
    const experiment = await getExperiment(store.db, experimentId);
    // Repairs and confirmations are experiments of the same iteration: the accepted model says which.
    if (experiment?.result.model?.sha256 === run.bestModel?.sha256 && experiment !== null) {
      const { card } = findTask(run.spec.task, config.repository);
      return { card, run, iteration: iteration ?? null, experiment };
    }
  }
  throw failed(`the experiment of iteration ${run.best} of ${id} is not in the store`);
}

async function writeModel(config: Config, source: ExportSource, folder: string): Promise<void> {
  const { run, iteration, experiment } = source;
  const { result } = experiment;
  if (result.model === null) throw failed(`${experiment.id} trained no model`);
  const artifacts = openArtifacts(config);
  try {
    await artifacts.materialize(result.model, join(folder, "model"));
    await artifacts.materialize(experiment.submission, join(folder, "submission"));
  } catch (error) {
    throw failed(`${experiment.id} can't be exported: ${(error as Error).message}`);
  }
  const json = (name: string, value: unknown) =>
    writeFile(join(folder, name), `${JSON.stringify(value, null, 2)}\n`);
  await json("strategy.json", {
    strategy: iteration?.strategy ?? null,
    decision: iteration?.decision ?? null,
    delta: iteration?.delta ?? null,
    diagnosis: iteration?.diagnosis ?? null,
  });
  await json("lineage.json", {
    run: run?.id ?? null,
    iteration: experiment.iteration,
    experiment: experiment.id,
    spec: run?.spec ?? null,
    ...result.lineage,
    submission: experiment.submission,
    model: result.model,
    metrics: result.metrics,
    curated:
      result.curated === null
        ? null
        : { train: result.curated.train, holdout: result.curated.holdout },
    closedAt: experiment.closedAt,
  });
  await writeFile(join(folder, "MODEL_CARD.md"), modelCard(source));
}
