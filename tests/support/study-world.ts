import { randomUUID } from "node:crypto";
import type { WorkflowHandleWithFirstExecutionRunId } from "@temporalio/client";
import { Worker } from "@temporalio/worker";
import { createRecorderActivities } from "../../activities/recorder/index.ts";
import { createStudyActivities } from "../../activities/recorder/study-activities.ts";
import { TASK_QUEUES } from "../../protocol/names.ts";
import { type StudySpec, studyId, studySpecSchema } from "../../protocol/study-spec.ts";
import { migrateToLatest } from "../../store/migrate.ts";
import { openStore, type Store } from "../../store/open-store.ts";
import type { study } from "../../workflows/study.ts";
import { type Script, type Seen, scriptedActivities } from "./scripted-activities.ts";
import { runSpec, type WorkflowWorld } from "./workflow-world.ts";

/** A study's specification over scripted runs of one iteration; `changes` override it. */
export function studySpec(changes: Partial<StudySpec> = {}): StudySpec {
  return studySpecSchema.parse({
    name: `test-${randomUUID().slice(0, 8)}`,
    tasks: [
      { id: "sums", domain: "math" },
      { id: "claims", domain: "patent" },
    ],
    variants: ["ft-agent", "manual-sft"].map(variantSpec),
    seeds: [1, 2],
    exclude: [],
    concurrency: 2,
    priority: 3,
    weight: 1,
    reconcileMs: 60_000,
    ...changes,
  });
}

/** Settings of a variant whose runs have one iteration. */
export function variantSpec(variant: string): StudySpec["variants"][number] {
  const {
    id,
    study: _,
    task,
    domain,
    seed,
    reportTo,
    ...rest
  } = runSpec({
    variant,
    budget: {
      iterations: 1,
      maxGpuSeconds: null,
      maxUsd: null,
      maxTokens: null,
      maxWallSeconds: null,
      targetScore: null,
    },
  });
  return rest;
}

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
