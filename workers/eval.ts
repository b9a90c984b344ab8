import { createEvalActivities } from "../activities/eval/index.ts";
import { openArtifactStore } from "../artifacts/open-artifact-store.ts";
import type { Config } from "../config/load.ts";
import { openStore } from "../store/open-store.ts";
import type { OpenPool } from "./open-pool.ts";

/** Pool `eval`: the only one that opens the answers. */
export async function openEval(config: Config): Promise<OpenPool> {
  const store = openStore(config.databaseUrl);
  const artifacts = openArtifactStore(config.artifactsUrl);
  return {
    options: {
      activities: { ...createEvalActivities({ config, artifacts, db: store.db }) },
      maxConcurrentActivityTaskExecutions: config.pools.eval,
    },
    close: () => store.close(),
  };
}
