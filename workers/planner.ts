import { createPlannerActivities } from "../activities/planner/index.ts";
import { createAgent } from "../agents/index.ts";
import { openArtifactStore } from "../artifacts/open-artifact-store.ts";
import type { Config } from "../config/load.ts";
import type { OpenPool } from "./open-pool.ts";

/** Pool `planner`: agents and language models; the only one with API keys. */
export async function openPlanner(config: Config): Promise<OpenPool> {
  const artifacts = openArtifactStore(config.artifactsUrl);
  return {
    options: {
      activities: {
        ...createPlannerActivities({
          config,
          artifacts,
          agentFor: ({ name, backbone }) =>
            createAgent({ name, backbone, backbones: config.backbones }),
        }),
      },
      maxConcurrentActivityTaskExecutions: config.pools.planner,
    },
    close: async () => {},
  };
}
