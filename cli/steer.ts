import type { Command } from "commander";
import { CONTROL, hintSchema } from "../protocol/control.ts";
import { badInput } from "./cli-error.ts";
import { withStack } from "./connect.ts";
import { contextOf } from "./context.ts";
import { print, printJson, say } from "./output.ts";
import { findLive } from "./runs/control-run.ts";

/** `dojo steer`. */
export function register(command: Command): void {
  command
    .argument("<id>", "a run: its id, or the last parts of it")
    .argument("<hint>", "what the agent should consider in its next proposal")
    .addHelpText(
      "after",
      '\nA steered run is marked, and left out of headline figures.\n\nExample:\n  dojo steer aime25/ft-agent/s7 "leave the answer keys out"',
    )
    .action(async (typed: string, hint: string, _options: unknown, verb: Command) => {
      const { config, json } = contextOf(verb);
      const parsed = hintSchema.safeParse(hint);
      if (!parsed.success) throw badInput("a hint is a text of 1 to 2,000 characters");
      await withStack(config, async (stack) => {
        const { id } = await findLive(stack, typed, { runsOnly: true });
        await stack.client.workflow.getHandle(id).signal(CONTROL.steer, parsed.data);
        if (json) printJson({ id, signal: "steer", hint: parsed.data });
        else print(`${id} hears it with its next proposal; the run is marked as steered`);
        say(`next: dojo watch ${id}`);
      });
    });
}
