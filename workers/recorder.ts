import { createRecorderActivities } from "../activities/recorder/index.ts";
import type { Config } from "../config/load.ts";
import { openStore } from "../store/open-store.ts";
import type { OpenPool } from "./open-pool.ts";

/** Pool `recorder`: writes runs, experiments and iterations into the store. */
export async function openRecorder(config: Config): Promise<OpenPool> {
  const store = openStore(config.databaseUrl);
  return {
    options: {
      activities: { ...createRecorderActivities({ db: store.db }) },
      maxConcurrentActivityTaskExecutions: config.pools.recorder,
    },
    close: () => store.close(),
  };
}
