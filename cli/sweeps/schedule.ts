import { setTimeout as sleep } from "node:timers/promises";
import {
  ScheduleAlreadyRunning,
  type ScheduleDescription,
  type ScheduleHandle,
  ScheduleNotFoundError,
  type ScheduleOptions,
  ScheduleOverlapPolicy,
} from "@temporalio/client";
import { TASK_QUEUES } from "../../protocol/names.ts";
import {
  OVERLAPS,
  type SweepFile,
  type SweepSpec,
  spanMs,
  sweepId,
} from "../../protocol/sweep-spec.ts";
import { badInput, notFound } from "../cli-error.ts";
import type { Stack } from "../connect.ts";
import type { Fail } from "../studies/read-study.ts";
import { suggestion } from "../suggest.ts";

/** Temporal's overlap policies by our names. */
export const OVERLAP_POLICIES = {
  skip: ScheduleOverlapPolicy.SKIP,
  bufferOne: ScheduleOverlapPolicy.BUFFER_ONE,
  bufferAll: ScheduleOverlapPolicy.BUFFER_ALL,
  cancelOther: ScheduleOverlapPolicy.CANCEL_OTHER,
  allowAll: ScheduleOverlapPolicy.ALLOW_ALL,
} as const satisfies Record<(typeof OVERLAPS)[number], ScheduleOverlapPolicy>;

/** Note of a schedule that goes on; the server takes an empty one for no change. */
const GOES_ON = "on";

/** A sweep's schedule as it stands. */
export interface SweepView {
  readonly name: string;
  readonly cron: string;
  readonly timezone: string;
  readonly overlap: string;
  readonly paused: boolean;
  readonly note: string | null;
  /** Times of the next nights, ISO 8601. */
  readonly next: readonly string[];
  /** Workflow ids of nights that run now. */
  readonly running: readonly string[];
}

/**
 * Makes the schedule of a sweep. It is made paused, so that a cron which never fires leaves nothing behind and starts nothing.
 * Throws with exit code 2 where the sweep exists, or its cron is none or never fires.
 */
export async function createSweep(
  stack: Stack,
  sweep: { readonly file: SweepFile; readonly spec: SweepSpec; readonly fail: Fail },
): Promise<SweepView> {
  const { file, spec, fail } = sweep;
  const { schedule } = stack.client;
  let handle: ScheduleHandle;
  try {
    handle = await schedule.create(optionsOf(file, spec));
  } catch (error) {
    if (error instanceof ScheduleAlreadyRunning) {
      throw badInput(
        `the sweep ${file.name} exists already`,
        `look at it with \`dojo sweep show ${file.name}\`, or delete it first`,
      );
    }
    const reason = reasonOf(error);
    if (/cron|schedule spec|invalid/i.test(reason)) {
      return fail(["schedule", "cron"], `${JSON.stringify(file.schedule.cron)}: ${reason}`);
    }
    throw error;
  }
  const made = await handle.describe();
  if (made.info.nextActionTimes.length === 0) {
    await handle.delete();
    return fail(["schedule", "cron"], `${JSON.stringify(file.schedule.cron)} never fires`);
  }
  await handle.unpause(GOES_ON);
  return viewOf(file.name, await until(handle, ({ state }) => !state.paused));
}

/** Begins a night; `skipped` where the overlap policy lets none begin beside the one that runs. */
export async function triggerSweep(handle: ScheduleHandle): Promise<"begun" | "skipped"> {
  const { info: before, policies } = await handle.describe();
  await handle.trigger(policies.overlap);
  const { info } = await until(
    handle,
    ({ info: now }) =>
      now.numActionsTaken > before.numActionsTaken ||
      now.numActionsSkippedOverlap > before.numActionsSkippedOverlap,
  );
  return info.numActionsTaken > before.numActionsTaken ? "begun" : "skipped";
}

/** Lets a paused sweep go on. */
export async function unpauseSweep(handle: ScheduleHandle): Promise<void> {
  await handle.unpause(GOES_ON);
  await until(handle, ({ state }) => !state.paused);
}

/** The server takes changes of a schedule a moment later than it says so: waits until they show, 20 s at most. */
async function until(
  handle: ScheduleHandle,
  shows: (description: ScheduleDescription) => boolean,
): Promise<ScheduleDescription> {
  const deadline = performance.now() + 20_000;
  for (;;) {
    const description = await handle.describe();
    if (shows(description) || performance.now() > deadline) return description;
    await sleep(100);
  }
}

/** The schedule of a sweep. Throws with exit code 3 and near names when there is none. */
export async function findSweep(
  stack: Stack,
  name: string,
): Promise<{ readonly handle: ScheduleHandle; readonly view: SweepView }> {
  const handle = stack.client.schedule.getHandle(sweepId(name));
  try {
    return { handle, view: viewOf(name, await handle.describe()) };
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
    const names = (await listSweeps(stack)).map((each) => each.name);
    throw notFound(
      `no sweep is called ${JSON.stringify(name)}`,
      suggestion(name, names) ?? "make one with `dojo sweep create FILE`",
    );
  }
}

/** All sweeps, by name. */
export async function listSweeps(stack: Stack): Promise<readonly SweepView[]> {
  const found: SweepView[] = [];
  for await (const { scheduleId } of stack.client.schedule.list()) {
    if (!scheduleId.startsWith(sweepId(""))) continue;
    const name = scheduleId.slice(sweepId("").length);
    found.push(viewOf(name, await stack.client.schedule.getHandle(scheduleId).describe()));
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function optionsOf(file: SweepFile, spec: SweepSpec): ScheduleOptions {
  const { cron, timezone, jitter, overlap, catchupWindow } = file.schedule;
  return {
    scheduleId: sweepId(file.name),
    spec: { cronExpressions: [cron], timezone, jitter: spanMs(jitter) },
    action: {
      type: "startWorkflow",
      workflowType: "sweep",
      workflowId: sweepId(file.name),
      taskQueue: TASK_QUEUES.workflows,
      args: [spec],
    },
    policies: {
      overlap: OVERLAP_POLICIES[overlap],
      catchupWindow: spanMs(catchupWindow),
      // A night that the gate refuses is no failure of its workflow, and the next night is the news that is waited for.
      pauseOnFailure: false,
    },
    state: { paused: true, note: "being checked" },
    memo: { cron, timezone },
  };
}

function viewOf(name: string, description: ScheduleDescription): SweepView {
  const { info, state, policies, memo } = description;
  return {
    name,
    cron: String(memo?.cron ?? ""),
    timezone: String(memo?.timezone ?? "UTC"),
    overlap:
      OVERLAPS.find((each) => OVERLAP_POLICIES[each] === policies.overlap) ??
      String(policies.overlap),
    paused: state.paused,
    note: state.paused && state.note ? state.note : null,
    next: info.nextActionTimes.slice(0, 5).map((time) => time.toISOString()),
    running: info.runningActions.map(({ workflow }) => workflow.workflowId),
  };
}

/** The server's words, which lie below the client's. */
function reasonOf(error: unknown): string {
  let deepest = error;
  while (deepest instanceof Error && deepest.cause !== undefined) deepest = deepest.cause;
  const { details, message } = deepest as { details?: string; message?: string };
  return details ?? message ?? String(deepest);
}
