/**
 * Thrown when a run asks for its held-out test with another model than the one it was opened for, or scores a test that was never
 * opened. Not retryable: a test is opened once.
 */
export class TestOpeningError extends Error {
  override readonly name = "TestOpeningError";
  readonly retryable = false;
  readonly runId: string;

  constructor(runId: string, reason: string) {
    super(`the held-out test of ${runId} ${reason}`);
    this.runId = runId;
  }
}
