import { rm } from "node:fs/promises";
import { activityInfo, Context } from "@temporalio/activity";
import { ApplicationFailure } from "@temporalio/common";
import type { ArtifactStore } from "../artifacts/artifact-store.ts";
import type { Config } from "../config/load.ts";
import type { CandidateFailure } from "../protocol/failure-class.ts";
import type { StageCost } from "../protocol/stage.ts";
import { jobName } from "../sandbox/job-name.ts";
import { ProtectionRefusedError } from "../sandbox/protection-refused-error.ts";
import type { OwnerState } from "../sandbox/reaper.ts";
import type { JobExit, JobHandle, JobSpec, Sandbox, SandboxImage } from "../sandbox/sandbox.ts";
import { fault } from "./faults.ts";
import { jobDeaths } from "./job-deaths.ts";
import { ownInputs } from "./job-inputs.ts";
import { deathOf, judgeExit } from "./judge-exit.ts";
import { type Seen, watchJob } from "./watch-job.ts";
import { whenEngineAnswers } from "./when-engine-answers.ts";

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
  /** The driver's image that it runs in. @default "trainer" */
  readonly runsIn?: SandboxImage;
  /** Puts the inputs in place; called with the job's name. */
  readonly mounts: (job: string) => Promise<Readonly<Record<string, string>>>;
  /** How far the job is, read from its output folder; called about once a second. */
  readonly progress?: (outPath: string) => Promise<Seen>;
}

/** A job that ended by itself or by a limit. */
export interface FinishedJob {
  readonly handle: JobHandle;
  readonly exit: JobExit;
  readonly cost: StageCost;
  /** The candidate's failure when a limit, or its repeated death, ended the job. */
  readonly failure: CandidateFailure | null;
  /**
   * Removes a job whose output can't be used, so that the next attempt runs it anew; true when that was so three times in a row.
   */
  discard(): Promise<boolean>;
  /** Has records, output and inputs removed; call when everything wanted is stored. */
  release(): Promise<void>;
}

/** Image of jobs that run the submission's code, whoever wrote it. */
export const CANDIDATE_IMAGE = "process_data";

/** Name and digest of a request's job. */
export function nameOf(deps: JobDeps, request: JobRequest) {
  const digest = deps.sandbox.imageDigest(request.runsIn ?? "trainer");
  return jobName({
    stackId: deps.config.sandbox.stackId,
    runId: request.runId,
    label: request.label,
    stage: request.stage,
    inputs: request.inputs,
    image: digest === null ? request.image : `${request.image} in ${digest}`,
    limits: request.limits,
  });
}

/**
 * Starts a job, or adopts the one that an earlier attempt started, and waits for it while it heartbeats. A worker that shuts down
 * detaches and leaves it running; a cancelled or closed workflow stops it. A death that nobody explains is thrown, and the retry
 * goes on from its checkpoint.
 * @throws ApplicationFailure (JobDied, ScriptCrashed, ProtectionRefused); CancelledFailure
 */
export async function runJob(deps: JobDeps, request: JobRequest): Promise<FinishedJob> {
  const { name } = nameOf(deps, request);
  const earlier = await whenEngineAnswers(name, () => deps.sandbox.attach(name));
  if (earlier !== null && (await earlier.state()) === "finished") {
    try {
      return await finish(deps, request, earlier, await earlier.wait({}));
    } catch (error) {
      // It died, perhaps while no worker was there to see it, and is started again.
      if (!(error instanceof ApplicationFailure) || error.nonRetryable) throw error;
    }
  }
  const handle = await whenEngineAnswers(name, () => startJob(deps, request));
  const look = () => seen(request, handle);
  const exit = await watchJob({
    handle,
    look,
    workflowState: deps.workflowState,
    remove: () => removeJob(deps, name),
  });
  return finish(deps, request, handle, exit);
}

async function startJob(deps: JobDeps, request: JobRequest): Promise<JobHandle> {
  const { name, digest } = nameOf(deps, request);
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
      image: request.runsIn ?? "trainer",
      owner: activityInfo().workflowExecution?.workflowId ?? request.runId,
      // A crash of ours is tried again from its checkpoint; a candidate's is its result.
      rerunFailed: isOurs(request),
    });
  } catch (error) {
    if (error instanceof ProtectionRefusedError) {
      throw fault("ProtectionRefused", error.message, { cause: error });
    }
    throw error;
  }
}

/** Judges an ended job and sums up what all its incarnations cost. */
async function finish(
  deps: JobDeps,
  request: JobRequest,
  handle: JobHandle,
  exit: JobExit,
): Promise<FinishedJob> {
  const { name, incarnation } = handle;
  const deaths = jobDeaths(deps.config.home, name);
  const { done } = await seen(request, handle);
  const failure = await judgeExit({
    name,
    incarnation,
    exit,
    deaths,
    done,
    ours: isOurs(request),
  });
  const dead = await deaths.seconds();
  // The last death is among the others already.
  const last = failure?.class === "killed-repeatedly" ? { wallSeconds: 0, cpuSeconds: 0 } : exit;
  const wallSeconds = last.wallSeconds + dead.wall;
  return {
    handle,
    exit,
    failure,
    cost: {
      wallSeconds,
      cpuSeconds: last.cpuSeconds + dead.cpu,
      gpuSeconds: request.device === null ? 0 : wallSeconds,
    },
    discard: async () => {
      const tooOften = await deaths.discard(deathOf({ incarnation, exit, done }, "own"));
      await removeJob(deps, name);
      return tooOften;
    },
    release: async () => {
      await deaths.forget();
      // Nobody waits for it: it takes as long as many a job.
      const { log } = Context.current();
      removeJob(deps, name).catch((error: unknown) => log.warn("job not removed", { name, error }));
    },
  };
}

/** Removes a finished job's records, output and inputs. */
export async function removeJob({ config, sandbox }: JobDeps, name: string): Promise<void> {
  await rm(ownInputs(config.home, name), { recursive: true, force: true });
  await sandbox.remove(name);
}

function isOurs(request: JobRequest): boolean {
  return request.writtenBy === "ours" && request.image !== CANDIDATE_IMAGE;
}

async function seen(request: JobRequest, handle: JobHandle): Promise<Seen> {
  try {
    const progress = await request.progress?.(handle.outPath);
    if (progress !== undefined) return progress;
  } catch {
    // Nothing written yet, or a line that is being written.
  }
  return { done: 0, total: null, message: request.stage };
}
