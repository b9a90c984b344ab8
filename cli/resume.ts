import type { Command } from "commander";
import { CONTROL } from "../protocol/control.ts";
import { withStack } from "./connect.ts";
import { contextOf } from "./context.ts";
import { print, printJson, say } from "./output.ts";
import { findLive } from "./runs/control-run.ts";

/** `dojo resume`. */
export function register(command: Command): void {
  command
    .argument("<id>", "a run or a study: its id, or the last parts of it")
    .addHelpText("after", "\nExample:\n  dojo resume aime25/ft-agent/s7")
    .action(async (typed: string, _options: unknown, verb: Command) => {
      const { config, json } = contextOf(verb);
      await withStack(config, async (stack) => {
        const { id } = await findLive(stack, typed);
        await stack.client.workflow.getHandle(id).signal(CONTROL.resume);
        if (json) printJson({ id, signal: "resume" });
        else print(`${id} goes on`);
        say(`next: dojo watch ${id}`);
      });
    });
}
