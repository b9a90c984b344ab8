import { availableParallelism } from "node:os";
import { createSandboxActivities } from "../activities/sandbox/index.ts";
import type { Config } from "../config/load.ts";
import { openJobServices } from "./job-services.ts";
import type { OpenPool } from "./open-pool.ts";

/** Pool `sandbox`: static checks and curation; half of the machine's CPUs at a time unless configured. */
export async function openSandbox(config: Config): Promise<OpenPool> {
  const { deps, close } = openJobServices(config);
  return {
    options: {
      activities: { ...createSandboxActivities(deps) },
      maxConcurrentActivityTaskExecutions:
        config.pools.sandbox ?? Math.max(1, Math.floor(availableParallelism() / 2)),
    },
    close,
  };
}
