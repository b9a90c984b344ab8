import type { Kysely } from "kysely";
import type { ArtifactStore } from "../../artifacts/artifact-store.ts";
import type { Config } from "../../config/load.ts";
import type { Database } from "../../store/schema.ts";
import type { JobDeps } from "../run-job.ts";

/** What eval activities need. */
export interface EvalDeps {
  readonly config: Config;
  readonly artifacts: ArtifactStore;
  readonly db: Kysely<Database>;
  /** What runs scorers and audits where the sandbox has containers; absent: they are processes of this worker. */
  readonly jobs?: JobDeps;
}
