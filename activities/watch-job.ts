import { setTimeout as delay } from "node:timers/promises";
import { activityInfo, Context } from "@temporalio/activity";
import { CancelledFailure } from "@temporalio/common";
import type { JobProgress } from "../protocol/progress.ts";
import type { OwnerState } from "../sandbox/reaper.ts";
import type { JobExit, JobHandle } from "../sandbox/sandbox.ts";

/** How far a job is. */
export type Seen = Pick<JobProgress, "done" | "total" | "message">;

/** What {@link watchJob} needs. */
export interface Watch {
  readonly handle: JobHandle;
  /** Reads the job's progress; called about once a second. */
  readonly look: () => Promise<Seen>;
  /** Whether the workflow that a job works for still runs. */
  readonly workflowState: (workflowId: string) => Promise<OwnerState>;
  /** Removes a job that was stopped because nobody wants it any more. */
  readonly remove: () => Promise<void>;
}

/** Milliseconds between two looks at a job's progress. */
const HEARTBEAT_EVERY_MS = 1000;

/** Milliseconds after which an answer about the job's state counts as none. */
const ANSWER_MS = 2000;

/** Milliseconds that a job gets between SIGTERM and SIGKILL when its run was ended: nobody waits for its checkpoint. */
const STOP_GRACE_MS = 2000;

/**
 * Waits for a job's end and heartbeats its progress ({@link JobProgress}). When the activity is cancelled: stops and removes the job
 * if its work is no longer wanted, else leaves it to the next attempt.
 * @throws CancelledFailure
 */
export async function watchJob({ handle, look, ...watch }: Watch): Promise<JobExit> {
  const context = Context.current();
  const beat = async () => {
    // A heartbeat must not wait for a container engine that hangs.
    const state = await Promise.race([handle.state(), delay(ANSWER_MS, "unknown" as const)]);
    const progress = await look();
    const unknown = "no answer about the job, which is left alone; last seen: ";
    const details: JobProgress = {
      job: handle.name,
      state:
        state === "waiting-for-device" ? "waiting" : state === "unknown" ? "unknown" : "running",
      ...progress,
      message: state === "unknown" ? unknown + progress.message : progress.message,
    };
    context.heartbeat(details);
  };
  await beat();
  const timer = setInterval(() => {
    beat().catch((error: unknown) => context.log.warn("no progress to tell", { error }));
  }, HEARTBEAT_EVERY_MS);
  try {
    return await handle.wait({ signal: context.cancellationSignal });
  } catch (error) {
    if (!context.cancellationSignal.aborted) throw error;
    if (await isOver(watch.workflowState)) {
      // What can't be done now, because the container engine is away, the reaper does when it is back.
      await handle
        .stop(STOP_GRACE_MS)
        .then(() => watch.remove())
        .catch((error: unknown) => context.log.warn("job not stopped or removed", { error }));
    }
    throw error instanceof CancelledFailure ? error : new CancelledFailure("detached from the job");
  } finally {
    clearInterval(timer);
  }
}

/** Whether the work is no longer wanted. A worker that shuts down, a time-out, a pause and a reset leave the job to the next attempt. */
async function isOver(workflowState: Watch["workflowState"]): Promise<boolean> {
  const details = Context.current().cancellationDetails;
  if (details?.cancelRequested) return true;
  if (!details?.notFound) return false;
  // Also what a restarted server says for a while, and what an attempt hears that was timed out: ask about the workflow itself.
  const owner = activityInfo().workflowExecution?.workflowId;
  if (owner === undefined) return false;
  return (await workflowState(owner).catch(() => "unknown")) === "closed";
}
