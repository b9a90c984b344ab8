import type { Client } from "@temporalio/client";
import { defaultPayloadConverter } from "@temporalio/common";
import type { temporal } from "@temporalio/proto";
import type { JobProgress } from "../../protocol/progress.ts";

/** An activity that a workflow waits for. */
export interface PendingStage {
  readonly workflowId: string;
  /** Short and unique within the workflow: `it02-train`. */
  readonly activityId: string;
  /** `trainModel`. */
  readonly stage: string;
  /** `queued`: no worker has it yet; `retrying`: it waits for its next attempt. */
  readonly state: "queued" | "running" | "retrying";
  readonly attempt: number;
  /** Message of the last attempt's failure. */
  readonly failure: string | null;
  readonly nextAttemptAt: string | null;
  /** From the heartbeat; null before the first one, or for activities that send none. */
  readonly progress: JobProgress | null;
}

type PendingActivity = temporal.api.workflow.v1.IPendingActivityInfo;

/** How the server describes a workflow, as far as watching needs it. */
export interface WorkflowLook {
  readonly type: string;
  /** `running`, `completed`, `failed`, `cancelled`, `terminated`, `timed_out`. */
  readonly status: string;
  readonly memo: Readonly<Record<string, unknown>>;
  readonly phase: string | null;
  readonly startedAt: string;
  readonly closedAt: string | null;
  readonly stages: readonly PendingStage[];
}

/** Looks at a workflow (the latest run of its id). Throws WorkflowNotFoundError. */
export async function lookAtWorkflow(client: Client, workflowId: string): Promise<WorkflowLook> {
  const description = await client.workflow.getHandle(workflowId).describe();
  const phase = description.typedSearchAttributes
    .getAll()
    .find((pair) => pair.key.name === "DojoPhase")?.value;
  return {
    type: description.type,
    status: description.status.name.toLowerCase(),
    memo: description.memo ?? {},
    phase: typeof phase === "string" ? phase : null,
    startedAt: description.startTime.toISOString(),
    closedAt: description.closeTime?.toISOString() ?? null,
    stages: (description.raw.pendingActivities ?? []).map((pending) =>
      stageOf(workflowId, pending),
    ),
  };
}

function stageOf(workflowId: string, pending: PendingActivity): PendingStage {
  const attempt = pending.attempt ?? 1;
  const failure = pending.lastFailure;
  return {
    workflowId,
    activityId: pending.activityId ?? "",
    stage: pending.activityType?.name ?? "",
    // PENDING_ACTIVITY_STATE_STARTED is 2; the enum itself would load all of @temporalio/proto.
    state: pending.state === 2 ? "running" : attempt > 1 ? "retrying" : "queued",
    attempt,
    failure: failure == null ? null : deepestMessage(failure),
    nextAttemptAt: timestamp(pending.nextAttemptScheduleTime),
    progress: progressOf(pending),
  };
}

/** The innermost cause says what really happened. */
function deepestMessage(failure: temporal.api.failure.v1.IFailure): string {
  let deepest = failure;
  while (deepest.cause != null) deepest = deepest.cause;
  return deepest.message || failure.message || "failed without a message";
}

function progressOf(pending: PendingActivity): JobProgress | null {
  const payload = pending.heartbeatDetails?.payloads?.[0];
  if (payload == null) return null;
  const value: unknown = defaultPayloadConverter.fromPayload(payload);
  // Other activities may put other things into their heartbeats.
  const isProgress =
    typeof value === "object" && value !== null && "done" in value && "message" in value;
  return isProgress ? (value as JobProgress) : null;
}

function timestamp(
  time: { seconds?: unknown; nanos?: number | null } | null | undefined,
): string | null {
  if (time == null) return null;
  const seconds = Number(String(time.seconds ?? 0));
  return new Date(seconds * 1000 + (time.nanos ?? 0) / 1e6).toISOString();
}
