import type { WorkflowHandleWithFirstExecutionRunId } from "@temporalio/client";
import { Worker } from "@temporalio/worker";
import { createRecorderActivities } from "../../activities/recorder/index.ts";
import { createStudyActivities } from "../../activities/recorder/study-activities.ts";
import { createSweepActivities } from "../../activities/recorder/sweep-activities.ts";
import { TASK_QUEUES } from "../../protocol/names.ts";
import { type StudySpec, studyId } from "../../protocol/study-spec.ts";
import { migrateToLatest } from "../../store/migrate.ts";
import { openStore, type Store } from "../../store/open-store.ts";
import type { study } from "../../workflows/study.ts";
import { type Script, type Seen, scriptedActivities } from "./scripted-activities.ts";
import type { WorkflowWorld } from "./workflow-world.ts";

/** What a test of a study gets: a real store, the real recorder and study activities, scripted stages. */
export interface StudyWorld {
  readonly store: Store;
  readonly seen: Seen;
  start(spec: StudySpec, options?: { readonly fill?: boolean }): Promise<StudyHandle>;
}
export type StudyHandle = WorkflowHandleWithFirstExecutionRunId<typeof study>;

/** Runs workers for all pools while `body` runs. */
export async function withStudyWorkers<T>(
  world: WorkflowWorld,
  script: Script,
  body: (world: StudyWorld) => Promise<T>,
): Promise<T> {
  const { nativeConnection: connection, client } = world.environment;
  const store = openStore("sqlite::memory:");
  await migrateToLatest(store);
  const { seen, pools } = scriptedActivities(script);
  const activities: Readonly<Record<string, object>> = {
    ...pools,
    recorder: {
      ...createRecorderActivities({ db: store.db }),
      ...createStudyActivities({ db: store.db, client }),
      ...createSweepActivities({ db: store.db }),
    },
  };
  const workers = await Promise.all([
    Worker.create({
      connection,
      taskQueue: TASK_QUEUES.workflows,
      workflowBundle: world.bundle,
    }),
    ...Object.entries(activities).map(([pool, each]) =>
      Worker.create({
        connection,
        taskQueue: TASK_QUEUES[pool as keyof typeof TASK_QUEUES],
        activities: { ...each },
      }),
    ),
  ]);
  const running = workers.map((worker) => worker.run());
  try {
    return await body({
      store,
      seen,
      start: (spec, { fill = false } = {}) =>
        client.workflow.start<typeof study>("study", {
          workflowId: studyId(spec.name),
          taskQueue: TASK_QUEUES.workflows,
          args: [spec, { fill }],
        }),
    });
  } finally {
    for (const worker of workers) worker.shutdown();
    await Promise.all(running);
    await store.close();
  }
}
