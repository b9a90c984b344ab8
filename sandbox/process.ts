import { mkdirSync } from "node:fs";
import { readdir, realpath } from "node:fs/promises";
import { resolve } from "node:path";
import { type BubblewrapProbe, probeBubblewrap } from "./bubblewrap.ts";
import { checkName, checkSpec } from "./check-spec.ts";
import { jobFolders, readExit, readSpec, readState } from "./job-records.ts";
import { askKeeper } from "./keeper-client.ts";
import { launchPlan } from "./launch-plan.ts";
import { hostLockFolder, makeLockFolder } from "./lock-folder.ts";
import { processJob } from "./process-job.ts";
import { ProtectionRefusedError } from "./protection-refused-error.ts";
import { pythonHome } from "./python-home.ts";
import type { JobHandle, JobListing, JobSpec, Sandbox } from "./sandbox.ts";
import { SandboxError } from "./sandbox-error.ts";

const REPOSITORY = resolve(import.meta.dirname, "..");

export interface ProcessSandboxOptions {
  /** `DOJO_HOME`: jobs are kept below `<home>/jobs`. */
  readonly home: string;
  /** Path of the Python interpreter: runs the keeper, and is `{{python}}` in commands. */
  readonly python: string;
  /** `auto`: bubblewrap where it works on this host; `off`: bare processes. @default "auto" */
  readonly bubblewrap?: "auto" | "off";
  /** Folder of the devices' locks. @default the host's, shared by all stacks: see `hostLockFolder` */
  readonly lockFolder?: string;
  /** Folders that no job may see even where `/usr` or the Python environment contains them, besides `home` and the repository. @default [] */
  readonly hidden?: readonly string[];
}

/**
 * Jobs as detached processes of this host (Linux), each below a keeper that outlives the worker, enforces the limits and writes the
 * exit record; under bubblewrap where that works.
 *
 * It does not protect against holes of the kernel; nor, without bubblewrap, against anything but accidents: such a job reads what its
 * user reads and can cheat the limits. Memory, processes and output are polled four times a second, so that a job can exceed
 * them for that long (a fork bomb reaches some hundred processes). Paths of the mounts' host folders can be read in
 * /proc/self/mountinfo, their content can't. A service manager that kills a worker's whole control group kills the jobs with it.
 */
export function createProcessSandbox(options: ProcessSandboxOptions): Sandbox {
  if (process.platform !== "linux") {
    throw new SandboxError(`the process sandbox needs Linux, this is ${process.platform}`);
  }
  const home = resolve(options.home);
  const folders = jobFolders(home);
  const host = { python: options.python, jobs: folders.jobs };
  const lockFolder = options.lockFolder ?? hostLockFolder();
  const bubblewrap: BubblewrapProbe =
    options.bubblewrap === "off"
      ? { works: false, reason: "bubblewrap is switched off by configuration" }
      : probeBubblewrap();
  const protection = bubblewrap.works ? "bubblewrap" : "unprotected";

  async function start(spec: JobSpec): Promise<JobHandle> {
    checkSpec(spec);
    if (!bubblewrap.works && spec.writtenBy === "language-model" && !spec.allowUnprotected) {
      throw new ProtectionRefusedError(spec.name, bubblewrap.reason);
    }
    mkdirSync(folders.jobs, { recursive: true, mode: 0o700 });
    if (spec.device !== null) makeLockFolder(lockFolder);
    const mounts: Record<string, string> = {};
    for (const [name, path] of Object.entries(spec.mounts)) mounts[name] = await realpath(path);
    const plan = launchPlan(
      { ...spec, mounts },
      {
        folders,
        python: pythonHome(options.python),
        bubblewrap,
        lockFolder,
        hidden: [home, REPOSITORY, ...(options.hidden ?? [])],
      },
    );
    const { name, digest, owner, device, limits, rerunFailed = false } = spec;
    const request = { name, digest, owner, device, limits, rerunFailed, ...plan };
    const answer = await askKeeper(host, "start", name, request);
    return processJob({ host, folders, name, digest, protection, ...answer });
  }

  async function attach(name: string): Promise<JobHandle | null> {
    checkName(name);
    const spec = await readSpec(folders.records(name));
    if (spec === null) return null;
    const { digest, incarnation } = spec;
    return processJob({ host, folders, name, digest, incarnation, adopted: true, protection });
  }

  async function list(): Promise<JobListing[]> {
    const names = await readdir(`${folders.jobs}/records`).catch((error) => {
      if (error.code === "ENOENT") return [] as string[];
      throw error;
    });
    const listings = await Promise.all(names.sort().map((name) => listing(name)));
    return listings.filter((entry) => entry !== null);
  }

  async function listing(name: string): Promise<JobListing | null> {
    const folder = folders.records(name);
    const spec = await readSpec(folder).catch(() => null);
    if (spec === null) return null;
    const state = await readState(folder, spec);
    // Gone without a record: what it may have left behind could still hold the device.
    if (state === "finished" && (await readExit(folder, spec.incarnation)) === null) {
      await askKeeper(host, "sweep", name);
    }
    const { digest, owner, device, startedAt } = spec;
    return { name, digest, owner, device, state, startedAt };
  }

  async function remove(name: string): Promise<void> {
    checkName(name);
    mkdirSync(folders.jobs, { recursive: true, mode: 0o700 });
    await askKeeper(host, "remove", name);
  }

  return { protection, imageDigest: () => null, start, attach, list, remove };
}
