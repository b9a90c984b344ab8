import { watch } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { collectOutput } from "./collect-output.ts";
import {
  type JobFolders,
  livingKeeper,
  readExit,
  readSpec,
  readState,
  writeStopRequest,
} from "./job-records.ts";
import { askKeeper, type KeeperHost } from "./keeper-client.ts";
import type { JobExit, JobHandle, JobState } from "./sandbox.ts";
import { SandboxError } from "./sandbox-error.ts";

/** One job of the process driver, as {@link processJob} needs it. */
export interface ProcessJobOptions {
  readonly host: KeeperHost;
  readonly folders: JobFolders;
  readonly name: string;
  readonly digest: string;
  readonly incarnation: number;
  readonly adopted: boolean;
  readonly protection: JobExit["protection"];
}

const DEFAULT_POLL_MS = 200;
const STOP_POLL_MS = 30;
/** Beyond its grace, for a keeper that does not answer (it was suspended, say) before it is killed itself. */
const KEEPER_PATIENCE_MS = 5_000;
/** And for the kernel to end what was killed. */
const KERNEL_PATIENCE_MS = 10_000;

/** The handle of a job. It follows the job through restarts, and takes it for lost when another digest has taken its name. */
export function processJob(options: ProcessJobOptions): JobHandle {
  const { host, folders, name, digest } = options;
  const folder = folders.records(name);

  async function ownSpec() {
    const spec = await readSpec(folder);
    return spec !== null && spec.digest === digest ? spec : null;
  }

  async function state(): Promise<JobState> {
    try {
      const spec = await ownSpec();
      return spec === null ? "finished" : await readState(folder, spec);
    } catch {
      return "unknown";
    }
  }

  /** The exit record; settles a job that is gone without one. Null while it lives or can't be judged. */
  async function exit(): Promise<JobExit | null> {
    const spec = await ownSpec();
    if (spec === null) return lost("its records were replaced or removed", options.protection);
    if ((await readState(folder, spec)) !== "finished") return null;
    const recorded = await readExit(folder, spec.incarnation);
    if (recorded === null) await askKeeper(host, "sweep", name);
    return recorded;
  }

  async function wait(how: { readonly signal?: AbortSignal; readonly pollMs?: number }) {
    for (;;) {
      how.signal?.throwIfAborted();
      const ended = await exit();
      if (ended !== null) return ended;
      await changeOrTimeout(folder, how.pollMs ?? DEFAULT_POLL_MS, how.signal);
    }
  }

  async function stop(graceMs: number): Promise<void> {
    const first = await ownSpec();
    if (first === null) return;
    const { incarnation } = first;
    const begun = Date.now();
    let asked = false;
    for (;;) {
      const spec = await ownSpec();
      // Somebody else took it from there: it is not ours to stop a second time.
      if (spec === null || spec.incarnation !== incarnation) return;
      if ((await readExit(folder, incarnation)) !== null) return;
      const waited = Date.now() - begun - graceMs;
      const keeper = await livingKeeper(folder, incarnation);
      if (keeper === null) {
        await askKeeper(host, "sweep", name);
      } else if (waited > KEEPER_PATIENCE_MS) {
        kill(keeper.pid, "SIGKILL");
      } else if (!asked) {
        await writeStopRequest(folder, { incarnation, graceMs });
        kill(keeper.pid, "SIGTERM");
        asked = true;
      }
      if (waited > KEEPER_PATIENCE_MS + KERNEL_PATIENCE_MS) {
        throw new SandboxError(`job ${name} does not end: look at ${folder}`, { job: name });
      }
      await changeOrTimeout(folder, STOP_POLL_MS);
    }
  }

  return {
    name,
    outPath: folders.out(name),
    adopted: options.adopted,
    incarnation: options.incarnation,
    state,
    wait,
    stop,
    collect: (path, to, maxBytes) => collectOutput(folders.out(name), path, to, maxBytes),
  };
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function lost(detail: string, protection: JobExit["protection"]): JobExit {
  return {
    outcome: "lost",
    exitCode: null,
    signal: null,
    limit: null,
    detail,
    wallSeconds: 0,
    cpuSeconds: 0,
    maxMemoryBytes: 0,
    stderrTail: "",
    protection,
  };
}

/** Until something changes in the folder, at most `ms`; rejects with the signal's reason. */
async function changeOrTimeout(folder: string, ms: number, signal?: AbortSignal): Promise<void> {
  const woken = new AbortController();
  let watcher: ReturnType<typeof watch> | undefined;
  try {
    // A hint alone: where the host has no watches left, polling does.
    watcher = watch(folder, () => woken.abort());
    watcher.on("error", () => {});
  } catch {}
  try {
    const signals = signal === undefined ? [woken.signal] : [woken.signal, signal];
    await delay(ms, undefined, { signal: AbortSignal.any(signals) });
  } catch {
    signal?.throwIfAborted();
  } finally {
    watcher?.close();
  }
}
