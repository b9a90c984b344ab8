import type { Config } from "../config/load.ts";
import { type OwnerState, reapJobs } from "../sandbox/reaper.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";

/** What the loop asks and works on. */
export interface ReaperLoopOptions {
  readonly config: Config;
  readonly sandbox: Sandbox;
  readonly ownerState: (workflowId: string) => Promise<OwnerState>;
}

/**
 * Looks again and again for jobs whose workflow is closed and stops them, whoever started them: their own worker may be dead.
 * The first pass begins at once; a pass never overlaps the next. Returns what ends the loop.
 */
export function startReaper({ config, sandbox, ownerState }: ReaperLoopOptions): () => void {
  let timer: NodeJS.Timeout | undefined;
  let ended = false;
  const pass = async (): Promise<void> => {
    try {
      const { stopped, failed } = await reapJobs({ sandbox, ownerState });
      for (const name of stopped) console.error(`reaper: stopped ${name}, its run is over`);
      for (const { name, error } of failed) console.error(`reaper: ${name} does not stop:`, error);
    } catch (error) {
      console.error("reaper: jobs can't be listed:", error);
    }
    if (!ended) timer = setTimeout(pass, config.supervisor.reaperIntervalMs);
  };
  void pass();
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}
