import { createRecorderActivities } from "../activities/recorder/index.ts";
import { createStudyActivities } from "../activities/recorder/study-activities.ts";
import { createSweepActivities } from "../activities/recorder/sweep-activities.ts";
import type { Config } from "../config/load.ts";
import { openStore } from "../store/open-store.ts";
import type { OpenPool } from "./open-pool.ts";
import { clientOf } from "./pool-services.ts";

/** Pool `recorder`: writes studies, runs, experiments and iterations into the store, and knows how a study's runs stand. */
export async function openRecorder(config: Config): Promise<OpenPool> {
  const store = openStore(config.databaseUrl);
  const { client, close } = clientOf(config);
  return {
    options: {
      activities: {
        ...createRecorderActivities({ db: store.db }),
        ...createStudyActivities({ db: store.db, client }),
        ...createSweepActivities({ db: store.db }),
      },
      maxConcurrentActivityTaskExecutions: config.pools.recorder,
    },
    close: async () => {
      await close();
      await store.close();
    },
  };
}
