import { createEvalActivities } from "../activities/eval/index.ts";
import type { Config } from "../config/load.ts";
import { openStore } from "../store/open-store.ts";
import type { OpenPool } from "./open-pool.ts";
import { artifactsOf } from "./pool-services.ts";

/** Pool `eval`: the only one that opens the answers; item scores go from here straight into the store. */
export async function openEval(config: Config): Promise<OpenPool> {
  const store = openStore(config.databaseUrl);
  const { db } = store;
  return {
    options: {
      activities: { ...createEvalActivities({ config, artifacts: artifactsOf(config), db }) },
      maxConcurrentActivityTaskExecutions: config.pools.eval,
    },
    close: () => store.close(),
  };
}
