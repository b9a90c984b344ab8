import { APIConnectionError, APIError, APIUserAbortError } from "openai";
import { LlmRejectedError, type RejectionKind } from "./llm-rejected-error.ts";
import { LlmRetryableError } from "./llm-retryable-error.ts";
import { retryAfterMs } from "./retry-after.ts";

const KINDS: Readonly<Record<number, RejectionKind>> = {
  400: "bad-request",
  401: "authentication",
  403: "permission",
  404: "not-found",
  422: "bad-request",
};

/** Where a call went and what must never appear in a message. */
export interface CallOrigin {
  readonly backbone: string;
  readonly apiKey: string | null;
  readonly nowMs: number;
}

/**
 * What a failed call means: {@link LlmRetryableError} for 408, 409, 429, 5xx, lost connections and cut-off bodies (and for
 * whatever `x-should-retry: true` marks), {@link LlmRejectedError} for the rest (and for `x-should-retry: false`).
 * The API key is blanked out of every text, should the endpoint echo it.
 */
export function mapOpenAiError(
  error: unknown,
  origin: CallOrigin,
): LlmRetryableError | LlmRejectedError {
  const message = `backbone ${origin.backbone}: ${redact(describe(error), origin.apiKey)}`;
  if (!(error instanceof APIError) || error instanceof APIConnectionError) {
    // No APIError at all: the body broke off or was no JSON, which the client reports as the parser's or the socket's own error.
    return new LlmRetryableError(message, { status: null, retryAfterMs: null });
  }
  if (error instanceof APIUserAbortError || error.status === undefined) {
    return new LlmRetryableError(message, { status: null, retryAfterMs: null });
  }
  const status = Number(error.status);
  const hint = error.headers?.get("x-should-retry");
  const byStatus = status === 408 || status === 409 || status === 429 || status >= 500;
  if (hint === "true" || (hint !== "false" && byStatus)) {
    return new LlmRetryableError(message, {
      status,
      retryAfterMs: retryAfterMs(error.headers, origin.nowMs),
    });
  }
  return new LlmRejectedError(message, { kind: KINDS[status] ?? "other", status });
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : "";
  return `${error.message}${cause}`.replace(/\s+/g, " ").slice(0, 1000);
}

function redact(text: string, apiKey: string | null): string {
  const known = apiKey ? text.replaceAll(apiKey, "[key]") : text;
  return known.replace(/\b(sk|key|Bearer)[-_ ][A-Za-z0-9_*.-]{8,}/g, "[key]");
}
