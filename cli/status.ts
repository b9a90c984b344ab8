import type { Command } from "commander";
import { EXIT } from "./cli-error.ts";
import { contextOf } from "./context.ts";
import { print, printJson, say } from "./output.ts";
import { absentStackView, stackView } from "./stack-view.ts";

/** `dojo status`: exit code 4 when the stack does not run. */
export function register(command: Command): void {
  command
    .addHelpText("after", "\nExample:\n  dojo status --json | jq .temporal.uiUrl")
    .action(async () => {
      const { config, json } = contextOf(command);
      const { livingStack } = await import("../workers/start-stack.ts");
      const state = livingStack(config.home);
      if (state === null) {
        process.exitCode = EXIT.unreachable;
        if (json) return printJson(absentStackView(config.home));
        return say(`no stack runs in ${config.home}; dojo up starts one`);
      }
      if (json) return printJson(stackView(state));
      const { address, uiUrl, pid } = state.temporal;
      print(`${state.phase} in ${state.home}`);
      print(`Temporal ${address} (pid ${pid ?? "none: starting again"}), pages ${uiUrl}`);
      for (const { name, pid, restarts, startedAt } of state.processes) {
        print(
          `  ${name.padEnd(12)} pid ${String(pid).padEnd(8)} since ${startedAt}, restarts ${restarts}`,
        );
      }
      say(`logs: ${state.home}/logs`);
    });
}
