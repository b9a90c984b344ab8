import {
  ActivityCancellationType,
  type ActivityOptions,
  proxyActivities,
} from "@temporalio/workflow";
import type {
  EvalActivities,
  GpuActivities,
  PlannerActivities,
  RecorderActivities,
  SandboxActivities,
} from "../protocol/activities.ts";
import { TASK_QUEUES } from "../protocol/names.ts";
import type { Timeouts } from "../protocol/timeouts.ts";

/** Activity proxies of all pools, with the deadlines of one run. */
export function activitiesFor(timeouts: Timeouts) {
  // Only infrastructure faults fail an activity; they pass, so attempts are unlimited and the pause grows to a bound that still
  // notices a repaired machine quickly. Faults that no retry can mend are thrown as non-retryable by the activity itself.
  const retry: ActivityOptions["retry"] = {
    initialInterval: timeouts.retryInitialMs,
    backoffCoefficient: 2,
    maximumInterval: timeouts.retryMaximumMs,
  };
  return {
    planner: proxyActivities<PlannerActivities>({
      taskQueue: TASK_QUEUES.planner,
      // Several language model calls with their repairs; a hung connection must not hang the run.
      startToCloseTimeout: timeouts.plannerMs,
      // The worker heartbeats by itself; a dead one is noticed long before that.
      heartbeatTimeout: timeouts.heartbeatMs,
      // An endpoint that is down for an hour is waited for; the planner sets the next pause from Retry-After.
      retry,
      // A proposal leaves nothing behind that would need stopping.
      cancellationType: ActivityCancellationType.TRY_CANCEL,
    }),
    sandbox: proxyActivities<SandboxActivities>({
      taskQueue: TASK_QUEUES.sandbox,
      // The job has its own CPU limit and deadline; this only bounds a worker that hangs.
      startToCloseTimeout: timeouts.dataMs,
      // Cancellation arrives with heartbeats, and a dead worker is noticed by their absence.
      heartbeatTimeout: timeouts.heartbeatMs,
      retry,
      // The workflow stays open until the job is really gone.
      cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    }),
    gpu: proxyActivities<GpuActivities>({
      taskQueue: TASK_QUEUES.gpu,
      // No schedule-to-close: it would count the time in the queue. An adopted job may be older than its activity, and enforces its
      // own deadline; this catches a worker that lies.
      startToCloseTimeout: timeouts.gpuMs,
      // A worker that is silent for so long is dead; its job lives on and the retry adopts it.
      heartbeatTimeout: timeouts.heartbeatMs,
      retry,
      // The device is free only when the job is gone.
      cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    }),
    eval: proxyActivities<EvalActivities>({
      taskQueue: TASK_QUEUES.eval,
      // Preparation, audit and scoring take seconds on the mini tier and minutes on the full one.
      startToCloseTimeout: timeouts.dataMs,
      // As for the planner.
      heartbeatTimeout: timeouts.heartbeatMs,
      retry,
      // Its scripts end by themselves.
      cancellationType: ActivityCancellationType.TRY_CANCEL,
    }),
    recorder: proxyActivities<RecorderActivities>({
      taskQueue: TASK_QUEUES.recorder,
      // One upsert; a store that is locked for longer is retried.
      startToCloseTimeout: timeouts.shortMs,
      // As for the planner.
      heartbeatTimeout: timeouts.heartbeatMs,
      // A store that is away holds the run back rather than losing a record.
      retry,
      // A record that was begun is finished.
      cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    }),
  };
}
export type Activities = ReturnType<typeof activitiesFor>;

/** Cuts a summary to what the Temporal UI takes (400 bytes; 130 characters leave room for any script). */
export function summaryOf(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= 130 ? line : `${line.slice(0, 129)}…`;
}
