import type { Usage } from "../protocol/usage.ts";

/** Why a model's reply is of no use. */
export type AgentFailureReason =
  | "refusal" // the model declined
  | "truncated" // the reply ended at the token limit
  | "empty" // no text
  | "not-json" // text that is no JSON document
  | "schema-violation"; // JSON of another shape than asked

/**
 * Thrown when an agent gives nothing usable, after every repair. Not retryable: a result of the candidate, not a fault of the
 * infrastructure. Keeps the last text, its finish reason and the usage of all calls.
 */
export class AgentFailure extends Error {
  override readonly name = "AgentFailure";
  readonly retryable = false;
  readonly reason: AgentFailureReason;
  readonly text: string | null;
  readonly finishReason: string;
  readonly usage: Usage;

  constructor(
    message: string,
    details: {
      readonly reason: AgentFailureReason;
      readonly text: string | null;
      readonly finishReason: string;
      readonly usage: Usage;
    },
  ) {
    super(message);
    this.reason = details.reason;
    this.text = details.text;
    this.finishReason = details.finishReason;
    this.usage = details.usage;
  }
}
