import { CommanderError } from "commander";
import { ConfigError } from "../config/config-error.ts";
import { StackError } from "../workers/stack-error.ts";
import { CliError, EXIT } from "./cli-error.ts";
import { say } from "./output.ts";

/** Exit code for each reason why the embedded stack can't be started. */
const STACK_EXIT = {
  "bad-input": EXIT.badInput,
  missing: EXIT.unreachable,
  failed: EXIT.unreachable,
} as const;

/** Prints why a verb ended, on stderr, one line where the reason is known; returns the exit code. */
export function explain(error: unknown): number {
  if (error instanceof CommanderError) {
    // commander has printed its message already.
    return error.exitCode === 0 ? EXIT.done : EXIT.badInput;
  }
  if (error instanceof CliError) {
    say(`dojo: ${error.message}`);
    return error.exitCode;
  }
  if (error instanceof ConfigError) {
    say(`dojo: ${error.message}`);
    return EXIT.badInput;
  }
  if (error instanceof StackError) {
    say(`dojo: ${error.message}`);
    return STACK_EXIT[error.reason];
  }
  say(`dojo: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return EXIT.failed;
}
