import type { Command } from "commander";
import { contextOf } from "./context.ts";
import { print, printJson, say } from "./output.ts";
import { stackView } from "./stack-view.ts";

/** `dojo up`. */
export function register(command: Command): void {
  command
    .addHelpText("after", "\nExample:\n  dojo up --home /data/dojo --set temporal.uiPort=8233")
    .action(async () => {
      const { config, json } = contextOf(command);
      const { startStack } = await import("../workers/start-stack.ts");
      const { state, started, sameConfig } = await startStack(config, { say });
      if (!sameConfig) {
        say("it runs with another configuration; `dojo down && dojo up` applies this one");
      }
      const view = stackView(state);
      if (json) return printJson(view);
      print(
        `${started ? "up" : "already up"}: Temporal ${view.temporal?.address}, pages ${view.temporal?.uiUrl}`,
      );
      say("next: dojo run --task aime25 --agent ft-agent --seed 1");
    });
}
