import { createPlannerActivities } from "../activities/planner/index.ts";
import { createAgent } from "../agents/index.ts";
import type { Config } from "../config/load.ts";
import type { OpenPool } from "./open-pool.ts";
import { artifactsOf } from "./pool-services.ts";

/** Pool `planner`: who decides, language model calls included; the only process with API keys. */
export async function openPlanner(config: Config): Promise<OpenPool> {
  const { backbones } = config;
  const activities = createPlannerActivities({
    config,
    artifacts: artifactsOf(config),
    agentFor: ({ name, backbone }) => createAgent({ name, backbone, backbones, env: process.env }),
  });
  return {
    options: {
      activities: { ...activities },
      maxConcurrentActivityTaskExecutions: config.pools.planner,
    },
    close: async () => {},
  };
}
