import { createEvalActivities } from "../activities/eval/index.ts";
import type { Config } from "../config/load.ts";
import { openStore } from "../store/open-store.ts";
import { openJobServices } from "./job-services.ts";
import type { OpenPool } from "./open-pool.ts";
import { artifactsOf } from "./pool-services.ts";

/** Pool `eval`: the only one that opens the answers; item scores go from here straight into the store. */
export async function openEval(config: Config): Promise<OpenPool> {
  const store = openStore(config.databaseUrl);
  const { db } = store;
  // Only with containers: a bare process would keep nothing from anybody, and costs.
  const jobs = config.sandbox.driver === "docker" ? openJobServices(config) : null;
  const deps = { config, artifacts: artifactsOf(config), db };
  return {
    options: {
      activities: {
        ...createEvalActivities(jobs === null ? deps : { ...deps, jobs: jobs.deps }),
      },
      maxConcurrentActivityTaskExecutions: config.pools.eval,
    },
    close: async () => {
      await jobs?.close();
      await store.close();
    },
  };
}
