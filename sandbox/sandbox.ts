import type { Protection } from "../protocol/stage.ts";

/** Limits of a job. Counted limits (CPU, memory, bytes, processes) belong to the candidate; `deadlineMs` to the infrastructure. */
export interface JobLimits {
  /** Resident bytes of all its processes together (mapped files included), and of its memory file systems. */
  readonly memoryBytes: number;
  /** CPU seconds of all its processes; null: none. */
  readonly cpuSeconds: number | null;
  /** Processes alive at once; threads don't count. */
  readonly processes: number;
  /** Bytes below its output folder, and of its log. */
  readonly outputBytes: number;
  /** Wall milliseconds after which the job is killed, whoever watches; waiting for the device does not count. */
  readonly deadlineMs: number;
}

/** Images that jobs run in: `trainer` for data, training and generation, `evaluator` for scoring and charts. */
export const SANDBOX_IMAGES = ["trainer", "evaluator"] as const;
export type SandboxImage = (typeof SANDBOX_IMAGES)[number];

/** A job to run. Everything it reads is a read-only mount; everything it writes lies below its output folder. */
export interface JobSpec {
  /**
   * From the idempotency key (stack, run, experiment with its repair number, stage, digest), never from Temporal's attempt or
   * run id; `[a-z0-9._-]{1,150}` without a leading dot.
   */
  readonly name: string;
  /** sha256 over inputs, image and limits. A living or finished job of the same name but another digest is never adopted. */
  readonly digest: string;
  /** Arguments; it runs in its output folder. `{{out}}` and `{{<mount>}}` stand for the paths as the job sees them, `{{python}}` for the interpreter; other braces stay. */
  readonly command: readonly string[];
  /** Name (`[a-z0-9_-]+`, not `out` or `python`) -> host path (file or folder), read-only in the job. */
  readonly mounts: Readonly<Record<string, string>>;
  /** The job's whole environment, over a small fixed base. */
  readonly env: Readonly<Record<string, string>>;
  /** Who wrote the code: what a language model wrote is refused by an `unprotected` driver unless the operator allows it. */
  readonly writtenBy: "ours" | "operator" | "language-model";
  readonly allowUnprotected: boolean;
  readonly limits: JobLimits;
  /** Device that the job holds alone (`cpu-0`, `cuda-0`), or null. The job itself holds the lock. */
  readonly device: string | null;
  readonly threads: number;
  /** Workflow that it works for: when that closes, the job is stopped. */
  readonly owner: string;
  /**
   * True: a job that `exited` with anything but 0 is started again by the next `start`, over its output, as one that was killed. For
   * our own scripts, which report a candidate's failure with exit code 0. @default false
   */
  readonly rerunFailed?: boolean;
  /** Image that it runs in, where the driver has images. @default "trainer" */
  readonly image?: SandboxImage;
}

/** How a job ended. */
export interface JobExit {
  /**
   * `exited`: by itself, crashes (SIGSEGV, SIGABRT, …) included; `limit`: it broke a limit of {@link JobLimits}; `stopped`: `stop`
   * was called; `killed`: by a signal that nobody here sent; `lost`: it is gone without an exit record (host rebooted, keeper
   * killed), or the sandbox could not start it (`detail` says why).
   */
  readonly outcome: "exited" | "limit" | "stopped" | "killed" | "lost";
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly limit: "memory" | "cpu" | "deadline" | "output" | "processes" | null;
  /** In words: "killed at 3.9 GiB of 4.0 GiB". */
  readonly detail: string;
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly maxMemoryBytes: number;
  /** Last 4,000 characters of stderr. */
  readonly stderrTail: string;
  readonly protection: Protection;
}

/** State of a job: `unknown` when the driver can't tell (engine unreachable); never to be taken for a failure. */
export type JobState = "waiting-for-device" | "running" | "finished" | "unknown";

/** A job that was started, adopted, or found finished. */
export interface JobHandle {
  readonly name: string;
  /** Host path of the output folder: read it, never trust it (links, sizes); use `collect` to take files out. */
  readonly outPath: string;
  readonly adopted: boolean;
  /** 1 for the first start of this name and digest; a restart after a crash counts up and keeps the output folder. */
  readonly incarnation: number;
  state(): Promise<JobState>;
  /** Resolves when the job has ended; rejects with the signal's reason when it is aborted, which leaves the job running. */
  wait(options: { readonly signal?: AbortSignal; readonly pollMs?: number }): Promise<JobExit>;
  /** Ends the job and everything that it started: SIGTERM, then SIGKILL after the grace. Idempotent. */
  stop(graceMs: number): Promise<void>;
  /**
   * Copies one declared file or folder of the output to `to` (host path): no links, devices or paths that leave the folder,
   * at most `maxBytes`. Throws `UnsafeOutputError`.
   */
  collect(path: string, to: string, maxBytes: number): Promise<void>;
}

/** A job as `list` tells it. */
export interface JobListing {
  readonly name: string;
  readonly digest: string;
  readonly owner: string;
  readonly device: string | null;
  readonly state: JobState;
  readonly startedAt: string;
}

/** Runs jobs apart from the worker that asked for them: they outlive it and are adopted by the next. */
export interface Sandbox {
  readonly protection: Protection;
  /** Digest of an image that jobs run in, for their names and for lineage; null where the driver has none. */
  imageDigest(image: SandboxImage): string | null;
  /**
   * Starts the job, or adopts the one of the same name and digest: a living one is attached to; of one that `exited` or hit a
   * `limit` the result is taken; one that was `killed`, `lost` or `stopped`, or that ran into its deadline, is started again over
   * its old output folder, so that it can resume from its checkpoint. A job of another digest is stopped and its folder is emptied first.
   */
  start(spec: JobSpec): Promise<JobHandle>;
  attach(name: string): Promise<JobHandle | null>;
  list(): Promise<readonly JobListing[]>;
  /** Removes a finished job's records and output. */
  remove(name: string): Promise<void>;
}
