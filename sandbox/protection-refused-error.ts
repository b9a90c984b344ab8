/**
 * Thrown when code that a language model wrote would run without isolation and nobody allowed that. Not retryable: only an
 * operator can change it.
 */
export class ProtectionRefusedError extends Error {
  override readonly name = "ProtectionRefusedError";
  readonly job: string;

  constructor(job: string, reason: string) {
    super(
      `job ${job} runs code that a language model wrote, and this host can't isolate it (${reason}): ` +
        "install bubblewrap, or allow it explicitly, which marks the results as unprotected",
    );
    this.job = job;
  }
}
