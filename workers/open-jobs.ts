import { Client, Connection } from "@temporalio/client";
import type { JobDeps } from "../activities/run-job.ts";
import { workflowState } from "../activities/workflow-state.ts";
import { openArtifactStore } from "../artifacts/open-artifact-store.ts";
import type { Config } from "../config/load.ts";
import { createProcessSandbox } from "../sandbox/process.ts";

/** What the pools that run jobs have in common; the connection is made when it is first needed. */
export function openJobs(config: Config): { readonly deps: JobDeps; close(): Promise<void> } {
  const { address, namespace } = config.temporal;
  const connection = Connection.lazy(address === null ? {} : { address });
  const client = new Client({ connection, namespace });
  const sandbox = createProcessSandbox({
    home: config.home,
    python: config.python,
    bubblewrap: config.sandbox.bubblewrap,
  });
  return {
    deps: {
      config,
      artifacts: openArtifactStore(config.artifactsUrl),
      sandbox,
      workflowState: workflowState(client),
    },
    close: () => connection.close(),
  };
}
