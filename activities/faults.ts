import { ApplicationFailure } from "@temporalio/common";

/**
 * Faults of the infrastructure, by the `type` that Temporal's UI shows. Failures of a candidate are no faults: they are results,
 * listed in protocol/failure-class.ts.
 */
export type FaultKind =
  /** A job was killed, stopped, lost, ran into the deadline, or a script of ours crashed for the first times. */
  | "JobDied"
  /** A job ended well, but what it should have left can't be read. */
  | "JobResultMissing"
  /** A script of ours crashes again and again, or refuses its input. */
  | "ScriptCrashed"
  /** The database or the disk of the artifacts is locked, full or away. */
  | "StoreUnavailable"
  /** Stored data is missing, damaged, or from a newer version. */
  | "DataDamaged"
  /** A folder or listing that no job may get: links, paths that escape. */
  | "DataRefused"
  | "LanguageModelUnavailable"
  | "LanguageModelRejected"
  | "ProtectionRefused"
  | "TaskUnknown"
  | "TestAlreadyOpened"
  | "NotSupported";

/** What Temporal does about a fault, and what that means for scores. */
export interface FaultJudgement {
  readonly retryable: boolean;
  /** `stage-repeated`: none, the same stage gives the same score later; `run-ends`: the run ends without one. Never a low score. */
  readonly effect: "stage-repeated" | "run-ends";
}

/** Judges a fault. A new one does not compile before it is judged here. */
export function judgeFault(kind: FaultKind): FaultJudgement {
  switch (kind) {
    // Somebody killed the job, the host rebooted: the next attempt goes on from the checkpoint.
    case "JobDied":
    // The job is removed and runs anew.
    case "JobResultMissing":
    // An operator frees the disk, restarts the database, the endpoint comes back: the run waits for it.
    case "StoreUnavailable":
    case "LanguageModelUnavailable":
      return { retryable: true, effect: "stage-repeated" };
    // A bug, a lost file, a wrong key, a refusal by policy, an unknown task: the same again however often it is tried.
    case "ScriptCrashed":
    case "DataDamaged":
    case "DataRefused":
    case "LanguageModelRejected":
    case "ProtectionRefused":
    case "TaskUnknown":
    case "TestAlreadyOpened":
    case "NotSupported":
      return { retryable: false, effect: "run-ends" };
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
    nonRetryable: !judgeFault(kind).retryable,
    cause: options.cause instanceof Error ? options.cause : undefined,
    nextRetryDelay: options.retryAfterMs ?? undefined,
  });
}
