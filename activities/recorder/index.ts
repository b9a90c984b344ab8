import type { Kysely } from "kysely";
import type { RecorderActivities } from "../../protocol/activities.ts";
import { upsertExperiment } from "../../store/experiments.ts";
import { upsertIteration } from "../../store/iterations.ts";
import { upsertRun } from "../../store/runs.ts";
import type { Database } from "../../store/schema.ts";
import { withFaults } from "../with-faults.ts";

export interface RecorderDeps {
  readonly db: Kysely<Database>;
}

/** Activities of the recorder pool: each an upsert by key, so that a retry changes nothing. */
export function createRecorderActivities({ db }: RecorderDeps): RecorderActivities {
  return withFaults({
    recordRun: (record) => upsertRun(db, record),
    recordExperiment: (record) => upsertExperiment(db, record),
    recordIteration: (record) => upsertIteration(db, record),
  });
}
