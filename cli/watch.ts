import type { Command } from "commander";
import { parseRunId } from "../protocol/ids.ts";
import { parseStudyId } from "../protocol/study-spec.ts";
import { withStack } from "./connect.ts";
import { contextOf } from "./context.ts";
import { positiveNumber } from "./option-values.ts";
import { findId } from "./runs/find-id.ts";
import { onInterrupt } from "./runs/on-interrupt.ts";
import { watchStudy } from "./studies/watch-study.ts";
import { humanMode } from "./watching/follow.ts";
import { watchExperiment } from "./watching/watch-experiment.ts";
import { watchRun } from "./watching/watch-run.ts";

/** `dojo watch`. */
export function register(command: Command): void {
  command
    .argument("<id>", "a run, an experiment or a study: its id, or the last parts of it")
    .option("--every <seconds>", "pause between two looks", positiveNumber, 1)
    .addHelpText(
      "after",
      "\nWith --json, one event per line. Ends with 0 when it completed, 1 when it failed or was cancelled.\n\nExample:\n  dojo watch aime25/ft-agent/s7",
    )
    .action(async (typed: string, options: { readonly every: number }, verb: Command) => {
      const { config, json } = contextOf(verb);
      await withStack(config, async (stack) => {
        const id = await findId(stack, typed);
        const study = parseStudyId(id);
        if (study !== null) {
          process.exitCode = await watchStudy({
            stack,
            name: study,
            mode: json ? "json" : humanMode(),
            signal: onInterrupt(),
            answer: json ? "event" : "text",
            everyMs: options.every * 1000,
          });
          return;
        }
        const watch = parseRunId(id) === null ? watchExperiment : watchRun;
        process.exitCode = await watch({
          stack,
          id,
          mode: json ? "json" : humanMode(),
          signal: onInterrupt(),
          answer: json ? "event" : "text",
          everyMs: options.every * 1000,
        });
      });
    });
}
