import type { Command } from "commander";

/** `dojo doctor`. */
export function register(command: Command): void {
  command.action(() => {
    throw new Error("being built");
  });
}
