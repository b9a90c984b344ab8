/** Exit codes of `dojo`; scripts rely on them. */
export const EXIT = {
  done: 0,
  failed: 1,
  badInput: 2,
  notFound: 3,
  unreachable: 4,
  gateSaidNo: 5,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Thrown by a verb that can't go on: main prints the message as one line on stderr and exits with `exitCode`. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** Bad input or usage: exit code 2. `advice`: what to do about it, on the same line. */
export function badInput(message: string, advice: string | null = null): CliError {
  return new CliError(EXIT.badInput, withAdvice(message, advice));
}

/** No such thing: exit code 3. */
export function notFound(message: string, advice: string | null = null): CliError {
  return new CliError(EXIT.notFound, withAdvice(message, advice));
}

/** It failed: exit code 1. */
export function failed(message: string, advice: string | null = null): CliError {
  return new CliError(EXIT.failed, withAdvice(message, advice));
}

function withAdvice(message: string, advice: string | null): string {
  return advice === null ? message : `${message}; ${advice}`;
}
