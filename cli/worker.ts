import type { Command } from "commander";

/** `dojo worker`. */
export function register(command: Command): void {
  command.action(() => {
    throw new Error("being built");
  });
}
