import { ApplicationFailure } from "@temporalio/common";

/**
 * Faults of the infrastructure, by the `type` that Temporal's UI shows. None has an effect on a score: the stage is tried again,
 * or the run ends without one.
 */
export type FaultKind =
  | "JobDied"
  | "JobResultMissing"
  | "ScriptCrashed"
  | "StoreUnavailable"
  | "LanguageModelUnavailable"
  | "LanguageModelRejected"
  | "ProtectionRefused"
  | "TaskUnknown"
  | "TestAlreadyOpened"
  | "NotSupported";

/** Whether trying again can help. A new fault does not compile before it is judged here. */
export function isRetryable(kind: FaultKind): boolean {
  switch (kind) {
    // Somebody killed the job, the host rebooted, a disk was full for a while: the next attempt resumes.
    case "JobDied":
    case "JobResultMissing":
    case "StoreUnavailable":
    case "LanguageModelUnavailable":
      return true;
    // A bug, a wrong key, a refusal by policy, an unknown task: only a person can change it.
    case "ScriptCrashed":
    case "LanguageModelRejected":
    case "ProtectionRefused":
    case "TaskUnknown":
    case "TestAlreadyOpened":
    case "NotSupported":
      return false;
  }
}

/** The failure that tells Temporal of a fault. `retryAfterMs` sets the next pause where the other side asked for one. */
export function fault(
  kind: FaultKind,
  message: string,
  options: { readonly cause?: unknown; readonly retryAfterMs?: number | null } = {},
): ApplicationFailure {
  return ApplicationFailure.create({
    type: kind,
    message,
    nonRetryable: !isRetryable(kind),
    cause: options.cause instanceof Error ? options.cause : undefined,
    nextRetryDelay: options.retryAfterMs ?? undefined,
  });
}
