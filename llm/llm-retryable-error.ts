import { NO_USAGE, type Usage } from "../protocol/usage.ts";

/**
 * Thrown when a call failed in a way that may pass by itself: status 408, 409, 429 or 5xx, no connection, a time-out, or a reply
 * that was cut off. Retryable, not before `retryAfterMs` where the endpoint named a time.
 */
export class LlmRetryableError extends Error {
  override readonly name = "LlmRetryableError";
  readonly retryable = true;
  /** HTTP status; null where there was no whole reply. */
  readonly status: number | null;
  /** Pause that the endpoint asked for, in milliseconds; null: none. */
  readonly retryAfterMs: number | null;
  /** Spent by earlier calls of the same request, before the one that failed. */
  readonly usage: Usage;

  constructor(
    message: string,
    details: {
      readonly status: number | null;
      readonly retryAfterMs: number | null;
      readonly usage?: Usage;
      readonly cause?: unknown;
    },
  ) {
    super(message, { cause: details.cause });
    this.status = details.status;
    this.retryAfterMs = details.retryAfterMs;
    this.usage = details.usage ?? NO_USAGE;
  }
}
