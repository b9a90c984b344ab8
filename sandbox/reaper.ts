import type { Sandbox } from "./sandbox.ts";

/** `closed`: ended without a successor (continued as new counts as open); `unknown`: Temporal can't tell. */
export type OwnerState = "open" | "closed" | "unknown";

export interface ReaperOptions {
  readonly sandbox: Sandbox;
  /** Asks for the state of a workflow. What it throws counts as `unknown`. */
  readonly ownerState: (workflowId: string) => Promise<OwnerState>;
  /** Milliseconds between SIGTERM and SIGKILL. @default 2_000: nobody waits for the checkpoint of a run that is over */
  readonly graceMs?: number;
}

/** What one pass did, by job name. */
export interface ReaperPass {
  readonly stopped: readonly string[];
  /** Living jobs that were left alone because nobody could tell whether they are still wanted. */
  readonly unknown: readonly string[];
  readonly failed: readonly { readonly name: string; readonly error: unknown }[];
}

/** One pass: stops the jobs whose workflow is closed and leaves alone what it can't judge. Sets no timer. */
export async function reapJobs(options: ReaperOptions): Promise<ReaperPass> {
  const owners = new Map<string, Promise<OwnerState>>();
  const ask = (owner: string): Promise<OwnerState> => {
    const known = owners.get(owner) ?? options.ownerState(owner).catch(() => "unknown" as const);
    owners.set(owner, known);
    return known;
  };
  const pass = {
    stopped: [] as string[],
    unknown: [] as string[],
    failed: [] as { name: string; error: unknown }[],
  };
  const judge = async (name: string, owner: string): Promise<void> => {
    const state = await ask(owner);
    if (state === "unknown") pass.unknown.push(name);
    if (state !== "closed") return;
    try {
      await (await options.sandbox.attach(name))?.stop(options.graceMs ?? 2_000);
      pass.stopped.push(name);
    } catch (error) {
      pass.failed.push({ name, error });
    }
  };
  const living = (await options.sandbox.list()).filter((job) => job.state !== "finished");
  await Promise.all(living.map((job) => judge(job.name, job.owner)));
  return pass;
}
