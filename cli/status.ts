import type { Command } from "commander";

/** `dojo status`. */
export function register(command: Command): void {
  command.action(() => {
    throw new Error("being built");
  });
}
