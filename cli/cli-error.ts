/** Exit codes of `dojo`; CONTRACT for scripts. */
export const EXIT = {
  done: 0,
  failed: 1,
  badInput: 2,
  notFound: 3,
  unreachable: 4,
  gateSaidNo: 5,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Thrown by a verb that can't go on: main prints `message` as one line on stderr, then `hint`, and exits with `exitCode`. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly exitCode: ExitCode;
  /** What to do about it: a sentence or a command. */
  readonly hint: string | null;

  constructor(exitCode: ExitCode, message: string, hint: string | null = null, cause?: unknown) {
    super(message, { cause });
    this.exitCode = exitCode;
    this.hint = hint;
  }
}

/** Bad input or usage, exit code 2. */
export function badInput(message: string, hint: string | null = null): CliError {
  return new CliError(EXIT.badInput, message, hint);
}

/** No such thing, exit code 3. */
export function notFound(message: string, hint: string | null = null): CliError {
  return new CliError(EXIT.notFound, message, hint);
}

/** It failed, exit code 1. */
export function failed(message: string, hint: string | null = null): CliError {
  return new CliError(EXIT.failed, message, hint);
}
