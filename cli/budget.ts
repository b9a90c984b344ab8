import type { Command } from "commander";
import { type BudgetChange, CONTROL } from "../protocol/control.ts";
import type { Budget } from "../protocol/run-spec.ts";
import { badInput } from "./cli-error.ts";
import { withStack } from "./connect.ts";
import { contextOf } from "./context.ts";
import { duration, orNone, positiveNumber, score, wholeNumber } from "./option-values.ts";
import { print, printJson, say } from "./output.ts";
import { findLive, updateRun } from "./runs/control-run.ts";
import { formatPairs } from "./terminal/table.ts";

interface Options {
  readonly iterations?: number;
  readonly maxGpuSeconds?: number | "none";
  readonly maxUsd?: number | "none";
  readonly maxTokens?: number | "none";
  readonly maxWall?: number | "none";
  readonly target?: number | "none";
}

/** `dojo budget`. */
export function register(command: Command): void {
  command
    .argument("<id>", "a run: its id, or the last parts of it")
    .option("--iterations <n>", "iterations at most", wholeNumber(0))
    .option("--max-gpu-seconds <n>", "time on a device, or none", orNone(positiveNumber))
    .option("--max-usd <n>", "price of model calls, or none", orNone(positiveNumber))
    .option("--max-tokens <n>", "tokens of model calls, or none", orNone(wholeNumber(1)))
    .option("--max-wall <time>", "wall time: seconds, or 30m, 2h, or none", orNone(duration))
    .option("--target <score>", "validation score at which it stops, or none", orNone(score))
    .addHelpText(
      "after",
      "\nA limit that is reached ends the run after the experiment at hand, with its held-out test.\n\nExample:\n  dojo budget aime25/ft-agent/s7 --iterations 10 --max-usd none",
    )
    .action(async (typed: string, options: Options, verb: Command) => {
      const { config, json } = contextOf(verb);
      const change = changeOf(options);
      if (Object.keys(change).length === 0) {
        throw badInput("no limit to change was given", "see `dojo budget --help`");
      }
      await withStack(config, async (stack) => {
        const { id } = await findLive(stack, typed, { runsOnly: true });
        const argument = change;
        const budget = await updateRun<Budget>(stack, id, { name: CONTROL.setBudget, argument });
        if (json) printJson({ id, budget });
        else {
          const pairs = Object.entries(budget).map(
            ([name, value]) => [name, value === null ? "no limit" : String(value)] as const,
          );
          print([id, ...formatPairs(pairs).map((line) => `  ${line}`)].join("\n"));
        }
        say(`next: dojo watch ${id}`);
      });
    });
}

function changeOf(options: Options): BudgetChange {
  const change = {
    iterations: options.iterations,
    maxGpuSeconds: options.maxGpuSeconds,
    maxUsd: options.maxUsd,
    maxTokens: options.maxTokens,
    maxWallSeconds: options.maxWall,
    targetScore: options.target,
  };
  const given = Object.entries(change).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [name, value === "none" ? null : value]));
}
