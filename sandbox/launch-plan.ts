import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { type BubblewrapProbe, bubblewrapOptions } from "./bubblewrap.ts";
import type { JobFolders } from "./job-records.ts";
import type { PythonHome } from "./python-home.ts";
import type { JobSpec } from "./sandbox.ts";
import { substitute } from "./substitute.ts";

/** What the keeper needs to know to start the job; the fields `launch` and `marker` of its request. */
export interface LaunchPlan {
  readonly launch: {
    readonly argv: readonly string[];
    readonly env: Readonly<Record<string, string>>;
    readonly folder: string;
    readonly deviceLock: string | null;
    /** True where the job may be trusted not to let go of the lock that it inherits. */
    readonly jobHoldsDevice: boolean;
    /** Path of `bwrap`; null: a bare process. */
    readonly bubblewrap: string | null;
    readonly bubblewrapOptions: readonly string[];
    readonly protection: "bubblewrap" | "unprotected";
  };
  /** Variable by which a job's processes are found when their keeper is gone. */
  readonly marker: string;
}

export interface LaunchOptions {
  readonly folders: JobFolders;
  readonly python: PythonHome;
  readonly bubblewrap: BubblewrapProbe;
  readonly lockFolder: string;
  readonly hidden: readonly string[];
}

/** Plans how the keeper starts a job: under bubblewrap with paths below `/job`, else with the host's paths. */
export function launchPlan(spec: JobSpec, options: LaunchOptions): LaunchPlan {
  const { folders, python, bubblewrap } = options;
  const out = folders.out(spec.name);
  const temporary = bubblewrap.works ? "/tmp" : folders.temporary(spec.name);
  const paths: Record<string, string> = { python: python.executable };
  for (const [name, path] of Object.entries(spec.mounts)) {
    paths[name] = bubblewrap.works ? `/job/${name}` : path;
  }
  paths.out = bubblewrap.works ? "/job/out" : out;
  // Two stacks may have a job of the same name.
  const stack = createHash("sha256").update(folders.jobs).digest("hex").slice(0, 12);
  const env = {
    ...baseEnvironment(python, temporary, spec.threads),
    ...spec.env,
    DOJO_JOB: `${spec.name}@${stack}`,
  };
  return {
    launch: {
      argv: spec.command.map((argument) => substitute(argument, paths)),
      env,
      folder: out,
      deviceLock:
        spec.device === null ? null : join(options.lockFolder, `device-${spec.device}.lock`),
      jobHoldsDevice: spec.writtenBy !== "language-model",
      bubblewrap: bubblewrap.works ? bubblewrap.path : null,
      bubblewrapOptions: bubblewrap.works
        ? bubblewrapOptions(
            {
              out,
              mounts: spec.mounts,
              roots: python.roots,
              hidden: options.hidden,
              temporaryBytes: spec.limits.memoryBytes,
              device: spec.device,
            },
            bubblewrap.features,
          )
        : [],
      protection: bubblewrap.works ? "bubblewrap" : "unprotected",
    },
    marker: `DOJO_JOB=${env.DOJO_JOB}`,
  };
}

function baseEnvironment(python: PythonHome, temporary: string, threads: number) {
  const count = String(threads);
  return {
    PATH: `${dirname(python.executable)}:/usr/local/bin:/usr/bin:/bin`,
    HOME: temporary,
    TMPDIR: temporary,
    LANG: "C.UTF-8",
    // There is no /etc/passwd to look them up in.
    USER: "job",
    LOGNAME: "job",
    PYTHONDONTWRITEBYTECODE: "1",
    PYTHONNOUSERSITE: "1",
    PYTHONUNBUFFERED: "1",
    OMP_NUM_THREADS: count,
    MKL_NUM_THREADS: count,
    OPENBLAS_NUM_THREADS: count,
  };
}
