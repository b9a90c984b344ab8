import { resolve } from "node:path";
import { type Command, Option } from "commander";
import type { Config } from "../config/load.ts";
import type { ExperimentSpec } from "../protocol/experiment-spec.ts";
import { TIERS } from "../protocol/names.ts";
import { getExperiment } from "../store/experiments.ts";
import { withStack } from "./connect.ts";
import { contextOf } from "./context.ts";
import { wholeNumber } from "./option-values.ts";
import { print, printJson, say } from "./output.ts";
import { storeTree } from "./runs/artifacts.ts";
import { findTask, findTier } from "./runs/find-task.ts";
import { onInterrupt } from "./runs/on-interrupt.ts";
import { knownBaseModel } from "./runs/plan-run.ts";
import { checkSubmissionFolder } from "./runs/read-submission.ts";
import { startExperiment } from "./runs/start-experiment.ts";
import { withStore } from "./runs/with-store.ts";
import { humanMode } from "./watching/follow.ts";
import { watchExperiment } from "./watching/watch-experiment.ts";

interface Options {
  readonly task: string;
  readonly submission: string;
  readonly seed: number;
  readonly tier?: string;
  readonly baseModel?: string;
  readonly again?: boolean;
  readonly detach?: boolean;
  readonly quiet?: boolean;
}

/** `dojo experiment`. */
export function register(command: Command): void {
  command
    .requiredOption("--task <task>", "what to fine-tune for: see `dojo tasks`")
    .requiredOption("--submission <folder>", "folder with process_data.py and train.yaml")
    .option("--seed <n>", "seed of curation and training", wholeNumber(0), 0)
    .addOption(new Option("--tier <tier>", "size of data and models").choices(TIERS))
    .option("--base-model <name>", "a base model of the configuration (default: the card's)")
    .option("--again", "repeat the very same submission with the same seed")
    .option("--detach", "print the experiment's id and return at once")
    .option("--quiet", "print nothing until it has closed")
    .addHelpText(
      "after",
      "\nEnds with 0 when the submission came through, 1 when a stage refused it; the feedback says why.\n\nExample:\n  dojo experiment --task aime25 --submission tasks/math/aime25/recipe",
    )
    .action(async (options: Options, verb: Command) => {
      const { config, json } = contextOf(verb, { tier: options.tier });
      const task = findTask(options.task, config.repository);
      knownBaseModel(options.baseModel ?? findTier(task, config.tier).baseModel, config);
      const folder = resolve(options.submission);
      await checkSubmissionFolder(folder);
      await withStack(config, async (stack) => {
        const spec = await specOf(options, config, folder);
        const used = (id: string) =>
          withStore(config, async (store) =>
            store === null ? false : (await getExperiment(store.db, id)) !== null,
          );
        const again = options.again ?? false;
        const id = await startExperiment({ stack, spec, folder, again, used });
        if (options.detach) {
          if (json) printJson({ id });
          else print(id);
          say(`next: dojo watch ${id}`);
          return;
        }
        say(`${id} started; Ctrl-C leaves it running`);
        process.exitCode = await watchExperiment({
          stack,
          id,
          mode: options.quiet ? "quiet" : humanMode(),
          signal: onInterrupt(),
          answer: json ? "json" : "text",
        });
      });
    });
}

async function specOf(
  options: Options,
  config: Config,
  folder: string,
): Promise<Omit<ExperimentSpec, "id" | "runId">> {
  const { card } = findTask(options.task, config.repository);
  return {
    study: "local",
    task: card.id,
    domain: card.domain,
    tier: config.tier,
    variant: "by-hand",
    iteration: 1,
    kind: { kind: "first" },
    submission: await storeTree(config, folder),
    writtenBy: "operator",
    runSeed: options.seed,
    prepared: null,
    baseModel: options.baseModel ?? null,
    curated: null,
    compareWith: { parent: null, best: null, baseline: null },
    showHeldOutMatches: true,
    failFast: true,
    allowUnprotected: config.sandbox.allowUnprotected,
    timeouts: config.timeouts,
  };
}
