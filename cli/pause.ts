import type { Command } from "commander";
import { CONTROL } from "../protocol/control.ts";
import { withStack } from "./connect.ts";
import { contextOf } from "./context.ts";
import { print, printJson, say } from "./output.ts";
import { findLive } from "./runs/control-run.ts";

/** `dojo pause`. */
export function register(command: Command): void {
  command
    .argument("<id>", "a run or a study: its id, or the last parts of it")
    .addHelpText(
      "after",
      "\nThe stage that runs is finished; the next one waits for `dojo resume`.\n\nExample:\n  dojo pause aime25/ft-agent/s7",
    )
    .action(async (typed: string, _options: unknown, verb: Command) => {
      const { config, json } = contextOf(verb);
      await withStack(config, async (stack) => {
        const { id, look } = await findLive(stack, typed);
        await stack.client.workflow.getHandle(id).signal(CONTROL.pause);
        const running = look.stages.map((stage) => stage.activityId);
        if (json) printJson({ id, signal: "pause", finishing: running });
        else print(`${id} pauses before its next stage`);
        say(`next: dojo resume ${id}`);
      });
    });
}
