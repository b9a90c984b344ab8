import { fileURLToPath } from "node:url";
import type { WorkflowHandleWithFirstExecutionRunId } from "@temporalio/client";
import { TestWorkflowEnvironment } from "@temporalio/testing";
import {
  bundleWorkflowCode,
  DefaultLogger,
  Runtime,
  Worker,
  type WorkflowBundle,
} from "@temporalio/worker";
import { TASK_QUEUES } from "../../protocol/names.ts";
import type { RunSpec } from "../../protocol/run-spec.ts";
import { SEARCH_ATTRIBUTES } from "../../protocol/search-attributes.ts";
import type { agentRun } from "../../workflows/agent-run.ts";
import { runSpec } from "./run-spec.ts";
import { type Script, type Seen, scriptedActivities } from "./scripted-activities.ts";

Runtime.install({ logger: new DefaultLogger("ERROR") });

/** A real local Temporal server with our search attributes, and the workflow bundle. */
export interface WorkflowWorld {
  readonly environment: TestWorkflowEnvironment;
  readonly bundle: WorkflowBundle;
  readonly close: () => Promise<void>;
}

/** Starts the server that set-up found, with further arguments. Throws when TEMPORAL_CLI_PATH is not set. */
export async function startWorld(extraArgs: readonly string[] = []): Promise<WorkflowWorld> {
  const path = process.env.TEMPORAL_CLI_PATH;
  if (path === undefined)
    throw new Error("TEMPORAL_CLI_PATH is not set: run the tests through `make test`");
  const environment = await TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: "existing-path", path },
      extraArgs: [
        ...Object.entries(SEARCH_ATTRIBUTES).flatMap(([name, type]) => [
          "--search-attribute",
          `${name}=${type}`,
        ]),
        ...extraArgs,
      ],
    },
  });
  const bundle = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL("../../workflows/index.ts", import.meta.url)),
    logger: new DefaultLogger("ERROR"),
  });
  return { environment, bundle, close: () => environment.teardown() };
}

/** What a scripted run gives to a test. */
export interface ScriptedRun {
  readonly handle: WorkflowHandleWithFirstExecutionRunId<typeof agentRun>;
  readonly seen: Seen;
  readonly spec: RunSpec;
}

/** Runs workers for all pools over the script while `body` runs against a started run. */
export async function withRun<T>(
  world: WorkflowWorld,
  options: {
    readonly script?: Script;
    readonly spec?: Partial<RunSpec>;
    /** The test runs workflow workers of its own. @default false */
    readonly withoutWorkflows?: boolean;
  },
  body: (run: ScriptedRun) => Promise<T>,
): Promise<T> {
  const { seen, pools } = scriptedActivities(options.script);
  const { nativeConnection: connection, client } = world.environment;
  const workers = [
    ...(options.withoutWorkflows === true
      ? []
      : [
          await Worker.create({
            connection,
            taskQueue: TASK_QUEUES.workflows,
            workflowBundle: world.bundle,
          }),
        ]),
    ...(await Promise.all(
      Object.entries(pools).map(([pool, activities]) =>
        Worker.create({
          connection,
          taskQueue: TASK_QUEUES[pool as keyof typeof pools],
          activities: { ...activities },
        }),
      ),
    )),
  ];
  const running = workers.map((worker) => worker.run());
  try {
    const spec = runSpec(options.spec);
    const handle = await client.workflow.start<typeof agentRun>("agentRun", {
      workflowId: spec.id,
      taskQueue: TASK_QUEUES.workflows,
      args: [spec],
    });
    return await body({ handle, seen, spec });
  } finally {
    for (const worker of workers) worker.shutdown();
    await Promise.all(running);
  }
}
