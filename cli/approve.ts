import type { Command } from "commander";
import { type Approval, CONTROL } from "../protocol/control.ts";
import { badInput, failed } from "./cli-error.ts";
import { withStack } from "./connect.ts";
import { contextOf } from "./context.ts";
import { wholeNumber } from "./option-values.ts";
import { print, printJson, say } from "./output.ts";
import { findLive, updateRun } from "./runs/control-run.ts";
import { askRun } from "./watching/snapshot.ts";

interface Options {
  readonly reject?: boolean;
  readonly reason?: string;
  readonly iteration?: number;
}

/** `dojo approve`. */
export function register(command: Command): void {
  command
    .argument("<id>", "a run: its id, or the last parts of it")
    .option("--reject", "refuse the proposal, which ends its iteration")
    .option("--reason <text>", "why: becomes a hint for the next proposal")
    .option("--iteration <n>", "only if this iteration waits", wholeNumber(1))
    .addHelpText(
      "after",
      '\nExamples:\n  dojo approve aime25/ft-agent/s7\n  dojo approve aime25/ft-agent/s7 --reject --reason "too many steps"',
    )
    .action(async (typed: string, options: Options, verb: Command) => {
      const { config, json } = contextOf(verb);
      if (options.reason !== undefined && !options.reject) {
        throw badInput("--reason goes with --reject");
      }
      await withStack(config, async (stack) => {
        const { id } = await findLive(stack, typed, { runsOnly: true });
        const answers = await askRun(stack, id);
        if (answers === null) throw failed(`no worker answers for ${id}`, "see `dojo status`");
        const pending = answers.view.pendingApproval;
        if (pending === null) throw failed(`${id} has no proposal that waits for approval`);
        const argument: Approval = {
          iteration: options.iteration ?? pending.iteration,
          approved: !options.reject,
          reason: options.reason ?? null,
        };
        await updateRun(stack, id, { name: CONTROL.approve, argument });
        const verdict = argument.approved ? "approved" : "refused";
        if (json) printJson({ id, ...argument, strategy: pending.strategy });
        else print(`iteration ${argument.iteration} ${verdict}: ${pending.strategy.hypothesis}`);
        say(`next: dojo watch ${id}`);
      });
    });
}
