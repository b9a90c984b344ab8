/**
 * Thrown when a container engine gives no answer: it is down, restarts, hangs, or can't reach its own parts. It says nothing about
 * any job, so whoever asked waits and asks again.
 */
export class EngineUnavailableError extends Error {
  override readonly name = "EngineUnavailableError";

  constructor(address: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`the container engine at ${address} does not answer: ${reason.split("\n")[0]}`, {
      cause,
    });
  }
}
