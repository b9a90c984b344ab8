import { activityInfo, Context } from "@temporalio/activity";
import { CancelledFailure } from "@temporalio/common";
import type { ArtifactStore } from "../artifacts/artifact-store.ts";
import type { Config } from "../config/load.ts";
import type { CandidateFailure } from "../protocol/failure-class.ts";
import type { JobProgress } from "../protocol/progress.ts";
import type { StageCost } from "../protocol/stage.ts";
import { jobName } from "../sandbox/job-name.ts";
import { ProtectionRefusedError } from "../sandbox/protection-refused-error.ts";
import type { OwnerState } from "../sandbox/reaper.ts";
import type { JobExit, JobHandle, JobSpec, Sandbox } from "../sandbox/sandbox.ts";
import { fault } from "./faults.ts";
import { type JobDeaths, jobDeaths } from "./job-deaths.ts";

/** What activities that start jobs need. */
export interface JobDeps {
  readonly config: Config;
  readonly artifacts: ArtifactStore;
  readonly sandbox: Sandbox;
  /** Whether the workflow that a job works for still runs. */
  readonly workflowState: (workflowId: string) => Promise<OwnerState>;
}

/** A job to run for an activity. */
export interface JobRequest
  extends Pick<
    JobSpec,
    "command" | "env" | "writtenBy" | "allowUnprotected" | "limits" | "device" | "threads"
  > {
  readonly runId: string;
  /** `it03-r1`, with what tells two jobs of one stage apart. */
  readonly label: string;
  readonly stage: string;
  /** sha256 of each input, parameters included. */
  readonly inputs: readonly string[];
  readonly image: string;
  /** Puts the inputs in place; called with the job's name. */
  readonly mounts: (job: string) => Promise<Readonly<Record<string, string>>>;
  /** How far the job is, read from its output folder; called about once a second. */
  readonly progress?: (outPath: string) => Promise<Pick<JobProgress, "done" | "total" | "message">>;
}

/** A job that ended by itself or by a limit. */
export interface FinishedJob {
  readonly handle: JobHandle;
  readonly exit: JobExit;
  readonly cost: StageCost;
  /** Times that it was started again after a death. */
  readonly restarts: number;
  /** The candidate's failure when a limit, or its repeated death, ended the job. */
  readonly failure: CandidateFailure | null;
  /** Removes records and output; call when everything wanted is stored. */
  release(): Promise<void>;
}

/** Image of jobs that run the submission's code, whoever wrote it. */
export const CANDIDATE_IMAGE = "process_data";

/** Milliseconds between two looks at a job's progress. */
const HEARTBEAT_EVERY_MS = 1000;

/** Milliseconds that a job gets between SIGTERM and SIGKILL when its run was ended: nobody waits for its checkpoint. */
const STOP_GRACE_MS = 2000;

/** Name and digest of a request's job. */
export function nameOf(deps: JobDeps, request: JobRequest) {
  return jobName({
    stackId: deps.config.sandbox.stackId,
    runId: request.runId,
    label: request.label,
    stage: request.stage,
    inputs: request.inputs,
    image: request.image,
    limits: request.limits,
  });
}

/**
 * Starts a job, or adopts the one that an earlier attempt started, and waits for it while it heartbeats. A worker that shuts down
 * detaches and leaves it running; a cancelled or closed workflow stops it. A death that nobody explains is thrown, and the retry
 * goes on from its checkpoint.
 * @throws ApplicationFailure (JobDied, ProtectionRefused); CancelledFailure
 */
export async function runJob(deps: JobDeps, request: JobRequest): Promise<FinishedJob> {
  const { name, digest } = nameOf(deps, request);
  const handle = await startJob(deps, request, name, digest);
  const deaths = jobDeaths(deps.config.home, name);
  const exit = await watch(deps, request, handle);
  const progress = await look(request, handle);
  const failure = await judge({ exit, deaths, done: progress.done, name });
  const wallSeconds = exit.wallSeconds + (await deaths.wallSeconds());
  return {
    handle,
    exit,
    failure,
    restarts: handle.incarnation - 1,
    cost: {
      wallSeconds,
      cpuSeconds: exit.cpuSeconds,
      gpuSeconds: request.device === null ? 0 : wallSeconds,
    },
    release: async () => {
      await deps.sandbox.remove(name);
      await deaths.forget();
    },
  };
}

async function startJob(
  deps: JobDeps,
  request: JobRequest,
  name: string,
  digest: string,
): Promise<JobHandle> {
  try {
    return await deps.sandbox.start({
      name,
      digest,
      command: request.command,
      mounts: await request.mounts(name),
      env: request.env,
      writtenBy: request.writtenBy,
      allowUnprotected: request.allowUnprotected || deps.config.sandbox.allowUnprotected,
      limits: request.limits,
      device: request.device,
      threads: request.threads,
      owner: activityInfo().workflowExecution?.workflowId ?? request.runId,
      // A crash of ours is tried again from its checkpoint; a candidate's is its result.
      rerunFailed: request.writtenBy === "ours" && request.image !== CANDIDATE_IMAGE,
    });
  } catch (error) {
    if (error instanceof ProtectionRefusedError) {
      throw fault("ProtectionRefused", error.message, { cause: error });
    }
    throw error;
  }
}

/** Waits for the end, heartbeating; on cancellation does what its reason asks for. */
async function watch(deps: JobDeps, request: JobRequest, handle: JobHandle): Promise<JobExit> {
  const context = Context.current();
  const beat = async () => {
    const state = await handle.state();
    const seen = await look(request, handle);
    const details: JobProgress = {
      job: handle.name,
      state:
        state === "waiting-for-device" ? "waiting" : state === "unknown" ? "unknown" : "running",
      ...seen,
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
    if (await isOver(deps)) await handle.stop(STOP_GRACE_MS);
    throw error instanceof CancelledFailure ? error : new CancelledFailure("detached from the job");
  } finally {
    clearInterval(timer);
  }
}

/** Whether the work is no longer wanted; a worker that shuts down, a time-out, a pause or a reset leave the job to the next attempt. */
async function isOver(deps: JobDeps): Promise<boolean> {
  const details = Context.current().cancellationDetails;
  if (details?.cancelRequested) return true;
  if (!details?.notFound) return false;
  // Also what a restarted server says for a while, and an attempt that was timed out: ask about the workflow itself.
  const owner = activityInfo().workflowExecution?.workflowId;
  return owner !== undefined && (await deps.workflowState(owner)) === "closed";
}

async function look(request: JobRequest, handle: JobHandle) {
  const nothing = { done: 0, total: null, message: request.stage };
  try {
    return (await request.progress?.(handle.outPath)) ?? nothing;
  } catch {
    return nothing;
  }
}

/** The candidate's failure, null when the job exited; throws when it died without a reason of its own. */
async function judge(end: {
  readonly exit: JobExit;
  readonly deaths: JobDeaths;
  readonly done: number;
  readonly name: string;
}): Promise<CandidateFailure | null> {
  const { exit } = end;
  const failure = (kind: CandidateFailure["class"], message: string): CandidateFailure => ({
    class: kind,
    message,
    exitCode: exit.exitCode,
    traceback: exit.stderrTail === "" ? null : exit.stderrTail.slice(-4000),
  });
  switch (exit.outcome) {
    case "exited":
      return null;
    case "limit":
      switch (exit.limit) {
        case "memory":
          return failure("memory-limit", exit.detail);
        case "output":
          return failure("output-limit", exit.detail);
        case "processes":
          return failure("process-limit", exit.detail);
        case "cpu":
        case "deadline":
        case null:
          return failure("cpu-limit", exit.detail);
      }
      break;
    case "stopped":
    case "killed":
    case "lost": {
      if (await end.deaths.note(end.done, exit.wallSeconds)) {
        await end.deaths.forget();
        return failure(
          "killed-repeatedly",
          `the job died three times at the same place: ${exit.detail}`,
        );
      }
      throw fault(
        "JobDied",
        `job ${end.name} ${exit.outcome}: ${exit.detail}; it is started again from where it was`,
      );
    }
  }
}
