import { NO_USAGE, type Usage } from "../protocol/usage.ts";

/** What an endpoint objects to: the request, the key, the permission, the model's name or path, or something else. */
export type RejectionKind = "bad-request" | "authentication" | "permission" | "not-found" | "other";

/** Thrown when an endpoint refuses a call for good (400, 401, 403, 404, 422, ...). Not retryable: somebody must change something. */
export class LlmRejectedError extends Error {
  override readonly name = "LlmRejectedError";
  readonly retryable = false;
  readonly kind: RejectionKind;
  /** HTTP status; null where there was none. */
  readonly status: number | null;
  /** Spent by earlier calls of the same request. */
  readonly usage: Usage;

  constructor(
    message: string,
    details: {
      readonly kind: RejectionKind;
      readonly status: number | null;
      readonly usage?: Usage;
      readonly cause?: unknown;
    },
  ) {
    super(message, { cause: details.cause });
    this.kind = details.kind;
    this.status = details.status;
    this.usage = details.usage ?? NO_USAGE;
  }
}
