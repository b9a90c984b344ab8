import type { CandidateFailure } from "../protocol/failure-class.ts";
import type { JobExit } from "../sandbox/sandbox.ts";
import { fault } from "./faults.ts";
import type { JobDeath, JobDeaths } from "./job-deaths.ts";

/** An ended job, as {@link judgeExit} needs it. */
export interface EndedJob {
  readonly name: string;
  readonly incarnation: number;
  readonly exit: JobExit;
  readonly deaths: JobDeaths;
  /** Steps that it had done. */
  readonly done: number;
  /** A crash of our own script says nothing about the candidate; a crash of the candidate's is its result. */
  readonly ours: boolean;
}

/**
 * The candidate's failure where a limit or a repeated death ended the job; null when it exited by itself (with a crash, where
 * the code is the candidate's). Judging the same end twice changes nothing.
 * @throws ApplicationFailure: JobDied, for the retry to go on from where the job was; ScriptCrashed
 */
export async function judgeExit(job: EndedJob): Promise<CandidateFailure | null> {
  const { exit } = job;
  switch (exit.outcome) {
    case "exited":
      if (job.ours && exit.exitCode !== 0) throw await crashed(job);
      return null;
    case "limit":
      switch (exit.limit) {
        case "memory":
          return failure("memory-limit", exit);
        case "output":
          return failure("output-limit", exit);
        case "processes":
          return failure("process-limit", exit);
        case "cpu":
          return failure("cpu-limit", exit);
        // The deadline is the infrastructure's: a busy machine must not change a score.
        case "deadline":
        case null:
          return died(job);
      }
      break;
    case "stopped":
    case "killed":
    case "lost":
      return died(job);
  }
}

/** A job's end as one of its deaths. */
export function deathOf(
  job: Pick<EndedJob, "incarnation" | "exit" | "done">,
  kind: JobDeath["kind"],
): JobDeath {
  const { wallSeconds, cpuSeconds } = job.exit;
  return { incarnation: job.incarnation, kind, progress: job.done, wallSeconds, cpuSeconds };
}

function failure(
  kind: CandidateFailure["class"],
  exit: JobExit,
  message = exit.detail,
): CandidateFailure {
  const traceback = exit.stderrTail === "" ? null : exit.stderrTail.slice(-4000);
  return { class: kind, message, exitCode: exit.exitCode, traceback };
}

async function died(job: EndedJob): Promise<CandidateFailure> {
  const { exit, deaths } = job;
  if (await deaths.note(deathOf(job, exit.outcome === "stopped" ? "asked" : "own"))) {
    const message = `the job died three times at the same place: ${exit.detail}`;
    return failure("killed-repeatedly", exit, message);
  }
  throw fault("JobDied", `job ${job.name} ${exit.outcome}: ${exit.detail}; it is started again`);
}

async function crashed(job: EndedJob) {
  const { exit, deaths } = job;
  const last = exit.stderrTail.trimEnd().split("\n").at(-1) ?? "";
  const message = `${job.name} ended with ${exit.exitCode ?? exit.signal}: ${last}`;
  if (!(await deaths.note(deathOf(job, "own")))) return fault("JobDied", message);
  // Whoever resets the workflow after mending the machine begins with a clean slate.
  await deaths.forget();
  return fault("ScriptCrashed", `${message}\n${exit.stderrTail}`);
}
