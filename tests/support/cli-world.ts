import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { heartbeat } from "@temporalio/activity";
import type { Client } from "@temporalio/client";
import { Worker } from "@temporalio/worker";
import { createRecorderActivities } from "../../activities/recorder/index.ts";
import { createStudyActivities } from "../../activities/recorder/study-activities.ts";
import { createSweepActivities } from "../../activities/recorder/sweep-activities.ts";
import { openArtifactStore } from "../../artifacts/open-artifact-store.ts";
import type { EvalActivities, GpuActivities } from "../../protocol/activities.ts";
import type { Feedback } from "../../protocol/feedback.ts";
import { TASK_QUEUES } from "../../protocol/names.ts";
import type { JobProgress } from "../../protocol/progress.ts";
import { migrateToLatest } from "../../store/migrate.ts";
import { openStore } from "../../store/open-store.ts";
import { type DojoResult, dojo } from "./dojo.ts";
import { type Script, scriptedActivities } from "./scripted-activities.ts";
import { startWorld } from "./workflow-world.ts";

/** A stack for the verbs: real server, workflows, store and artifacts; the stages follow a script. */
export interface CliWorld {
  readonly home: string;
  readonly client: Client;
  readonly env: Readonly<Record<string, string>>;
  /** Runs a verb against this stack. */
  dojo(...args: string[]): Promise<DojoResult>;
  /** Makes an activity wait when it begins (`trainModel it01`); the function lets it go on. */
  hold(what: string): () => void;
  /** Lets everything go on that still waits. */
  releaseAll(): void;
  /** Replaces the script's answers from here on. */
  follow(script: Script): void;
  close(): Promise<void>;
}

export async function startCliWorld(): Promise<CliWorld> {
  const world = await startWorld();
  const home = mkdtempSync(join(tmpdir(), "dojo-test-"));
  const store = openStore(`sqlite:${join(home, "dojo.db")}`);
  await migrateToLatest(store);
  const artifacts = openArtifactStore(`file:${join(home, "artifacts")}`);
  const holds = new Map<string, { readonly over: Promise<void>; readonly end: () => void }>();
  let current: Script = {};
  const { pools } = scriptedActivities({
    score: (label) => current.score?.(label) ?? 0.1,
    test: (runId) => current.test?.(runId) ?? 0.5,
    fail: (stage, label) => current.fail?.(stage, label) ?? null,
    onStart: async (activity, label) => {
      await current.onStart?.(activity, label);
      await holds.get(`${activity} ${label}`)?.over;
    },
  });
  const trainModel: GpuActivities["trainModel"] = async (input) => {
    const progress: JobProgress = {
      job: input.experiment.label,
      state: "running",
      done: 120,
      total: 240,
      message: "step 120/240, loss 0.31",
    };
    heartbeat(progress);
    const result = await pools.gpu.trainModel(input);
    if (!result.ok) return result;
    const folder = join(home, "model");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "weights.txt"), `weights of ${input.experiment.experimentId}`);
    return { ...result, value: { ...result.value, model: await artifacts.putTree(folder) } };
  };
  const aggregateFeedback: EvalActivities["aggregateFeedback"] = async (input) => {
    const feedback: Feedback = {
      experiment: input.experiment.experimentId,
      outcome: input.failure === null ? "completed" : "failed",
      stage: input.stage,
      execution: {
        failure: input.failure,
        secondsByStage: input.secondsByStage,
        protection: input.protection,
      },
      data: { sample: input.sample, full: input.full, audit: input.audit },
      training: input.training,
      benchmark: input.benchmark,
      errors: null,
    };
    return { feedback: await artifacts.putJson(feedback) };
  };
  const { client } = world.environment;
  const recorder = {
    ...createRecorderActivities({ db: store.db }),
    ...createStudyActivities({ db: store.db, client }),
    ...createSweepActivities({ db: store.db }),
  };
  const implementStrategy: typeof pools.planner.implementStrategy = async (input) => {
    const result = await pools.planner.implementStrategy(input);
    const folder = join(home, "submission");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "process_data.py"), `print(${input.iteration})\n`);
    writeFileSync(join(folder, "train.yaml"), "max_steps: 240\n");
    if (!result.ok) return result;
    return { ...result, value: { ...result.value, submission: await artifacts.putTree(folder) } };
  };
  const activities = {
    ...pools,
    planner: { ...pools.planner, implementStrategy },
    gpu: { ...pools.gpu, trainModel },
    eval: { ...pools.eval, aggregateFeedback },
    recorder,
  };
  const connection = world.environment.nativeConnection;
  const workers = [
    await Worker.create({
      connection,
      taskQueue: TASK_QUEUES.workflows,
      workflowBundle: world.bundle,
    }),
    ...(await Promise.all(
      Object.entries(activities).map(([pool, functions]) =>
        Worker.create({
          connection,
          taskQueue: TASK_QUEUES[pool as keyof typeof activities],
          activities: { ...functions },
          // A cancelled stage hears of it with its next heartbeat.
          maxHeartbeatThrottleInterval: "100ms",
          defaultHeartbeatThrottleInterval: "100ms",
        }),
      ),
    )),
  ];
  const running = workers.map((worker) => worker.run());
  const env = { DOJO_HOME: home, TEMPORAL_ADDRESS: world.environment.address };
  return {
    home,
    client,
    env,
    dojo: (...args) => dojo(args, env),
    hold: (what) => {
      let end = () => {};
      const over = new Promise<void>((resolve) => {
        end = resolve;
      });
      holds.set(what, { over, end });
      return () => {
        holds.delete(what);
        end();
      };
    },
    releaseAll: () => {
      for (const { end } of holds.values()) end();
      holds.clear();
    },
    follow: (script) => {
      current = script;
    },
    close: async () => {
      for (const worker of workers) worker.shutdown();
      await Promise.all(running);
      await store.close();
      await world.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
