import type { Command } from "commander";
import { contextOf } from "./context.ts";
import { print, printJson, say } from "./output.ts";

/** `dojo down`. */
export function register(command: Command): void {
  command
    .addHelpText(
      "after",
      "\nExample:\n  dojo down\n\nJobs that train go on and are adopted by the next `dojo up`.",
    )
    .action(async () => {
      const { config, json } = contextOf(command);
      const { stopStack } = await import("../workers/stop-stack.ts");
      const stopped = await stopStack(config);
      if (json) return printJson({ home: config.home, stopped });
      print(stopped ? `down: ${config.home}` : `no stack ran in ${config.home}`);
      if (stopped) say("runs wait where they are; dojo up goes on with them");
    });
}
