/**
 * Thrown when the sandbox can't do what was asked, for a reason of the host or of the caller and never of the candidate: a mount
 * that is not there, a keeper that does not start, a job that can't be ended. One line: what, where, what to do.
 */
export class SandboxError extends Error {
  override readonly name = "SandboxError";
  readonly job: string | null;

  constructor(message: string, options: { readonly job?: string; readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.job = options.job ?? null;
  }
}
