import type { Command } from "commander";

/** `dojo down`. */
export function register(command: Command): void {
  command.action(() => {
    throw new Error("being built");
  });
}
