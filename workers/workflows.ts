import type { Config } from "../config/load.ts";
import type { OpenPool } from "./open-pool.ts";
import { workflowBundle } from "./workflow-bundle.ts";

/** Pool `workflows`: workflow tasks only, no activities. */
export async function openWorkflows(config: Config, bundlePath: string | null): Promise<OpenPool> {
  return {
    options: {
      workflowBundle: { codePath: bundlePath ?? (await workflowBundle(config)) },
      maxConcurrentWorkflowTaskExecutions: Math.max(2, config.pools.workflows),
    },
    close: async () => {},
  };
}
