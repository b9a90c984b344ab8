import type { JobDeps } from "../activities/run-job.ts";
import { workflowState } from "../activities/workflow-state.ts";
import type { Config } from "../config/load.ts";
import { artifactsOf, clientOf, sandboxOf } from "./pool-services.ts";
import { startReaper } from "./reaper-loop.ts";

/** What a pool that runs jobs needs, with a reaper for jobs whose run is over. */
export interface JobServices {
  readonly deps: JobDeps;
  close(): Promise<void>;
}

/** Opens artifacts, sandbox and a client, and starts the reaper: its first pass begins before the pool polls. */
export function openJobServices(config: Config): JobServices {
  const { client, close } = clientOf(config);
  const deps: JobDeps = {
    config,
    artifacts: artifactsOf(config),
    sandbox: sandboxOf(config),
    workflowState: workflowState(client),
  };
  const endReaper = startReaper({ ...deps, ownerState: deps.workflowState });
  return {
    deps,
    close: async () => {
      endReaper();
      await close();
    },
  };
}
