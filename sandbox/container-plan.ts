import { join } from "node:path";
import type { ContainerMount, ContainerOptions } from "./container-engine.ts";
import type { JobSpec } from "./sandbox.ts";
import { substitute } from "./substitute.ts";

/** Labels of a job's container. `home` tells the stacks of one engine apart, whatever they are called. */
export const LABELS = {
  stack: "ft-dojo.stack",
  home: "ft-dojo.home",
  job: "ft-dojo.job",
  digest: "ft-dojo.digest",
  owner: "ft-dojo.owner",
  device: "ft-dojo.device",
  incarnation: "ft-dojo.incarnation",
  startedAt: "ft-dojo.started-at",
  limits: "ft-dojo.limits",
} as const;

/** Where the guard's program and the device's lock lie in a container. */
const GUARD_FOLDER = "/dojo/guard";
const OUT = "/job/out";

const KEEPER_FOLDER = join(import.meta.dirname, "keeper");

/** Threads count where the kernel counts processes; the guard counts processes alone, and this caps what it does not see in time. */
const TASKS_PER_PROCESS = 4;
const TASKS_BESIDES = 64;

export interface PlanOptions {
  readonly stackId: string;
  /** sha256 of the stack's home. */
  readonly homeId: string;
  /** `sha256:…`. */
  readonly imageId: string;
  /** `uid:gid`. */
  readonly user: string;
  /** Host path of the output folder. */
  readonly out: string;
  /** Host path of the device's lock file; null without a device. */
  readonly lock: string | null;
  readonly incarnation: number;
  readonly startedAt: string;
  /** CPUs of the engine's host. */
  readonly mostCpus: number;
}

/** Plans the container of a job. The guard runs in it beside the job and keeps its limits. */
export function containerPlan(spec: JobSpec, options: PlanOptions): ContainerOptions {
  const { limits, device } = spec;
  const lockTarget = device === null ? null : `/dojo/device-${device}.lock`;
  const mounts: ContainerMount[] = [
    { source: KEEPER_FOLDER, target: GUARD_FOLDER, readOnly: true },
    { source: options.out, target: OUT, readOnly: false },
    ...Object.entries(spec.mounts).map(([name, source]) => ({
      source,
      target: `/job/${name}`,
      readOnly: true,
    })),
  ];
  if (options.lock !== null && lockTarget !== null) {
    mounts.push({ source: options.lock, target: lockTarget, readOnly: true });
  }
  const paths = {
    python: "python3",
    out: OUT,
    ...Object.fromEntries(Object.keys(spec.mounts).map((name) => [name, `/job/${name}`])),
  };
  const request = {
    argv: spec.command.map((argument) => substitute(argument, paths)),
    limits,
    out: OUT,
    lock: lockTarget,
    // An inherited lock can be let go of: only our own jobs may have it.
    jobHoldsDevice: spec.writtenBy !== "language-model",
  };
  const [kind, number] = device?.split("-") ?? [];
  const gpus = kind === "cuda" && number !== undefined ? [number] : [];
  return {
    image: options.imageId,
    command: ["python3", "-I", "-S", `${GUARD_FOLDER}/guard.py`, JSON.stringify(request)],
    env: {
      ...baseEnvironment(spec.threads),
      ...spec.env,
      // The container has this GPU alone, and counts from 0.
      ...(gpus.length === 0 ? {} : { CUDA_VISIBLE_DEVICES: "0" }),
      DOJO_JOB: spec.name,
    },
    labels: {
      [LABELS.stack]: options.stackId,
      [LABELS.home]: options.homeId,
      [LABELS.job]: spec.name,
      [LABELS.digest]: spec.digest,
      [LABELS.owner]: spec.owner,
      [LABELS.device]: device ?? "",
      [LABELS.incarnation]: String(options.incarnation),
      [LABELS.startedAt]: options.startedAt,
      [LABELS.limits]: JSON.stringify(limits),
    },
    user: options.user,
    folder: OUT,
    mounts,
    memoryBytes: Math.ceil(limits.memoryBytes),
    cpus: Math.min(spec.threads, options.mostCpus),
    pids: TASKS_PER_PROCESS * Math.ceil(limits.processes) + TASKS_BESIDES,
    temporaryBytes: Math.ceil(limits.memoryBytes),
    gpus,
  };
}

function baseEnvironment(threads: number): Record<string, string> {
  const count = String(threads);
  return {
    HOME: "/tmp",
    TMPDIR: "/tmp",
    LANG: "C.UTF-8",
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
