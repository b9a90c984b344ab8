import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ActivityCancellationDetails } from "@temporalio/common";
import { MockActivityEnvironment } from "@temporalio/testing";
import { DefaultLogger } from "@temporalio/worker";
import { onTestFinished } from "vitest";
import { openArtifactStore } from "../../artifacts/open-artifact-store.ts";
import { type Config, loadConfig } from "../../config/load.ts";
import type { ExperimentKey } from "../../protocol/activities.ts";
import type { ArtifactRef } from "../../protocol/artifact-ref.ts";
import type { JobProgress } from "../../protocol/progress.ts";
import { createProcessSandbox } from "../../sandbox/process.ts";
import type { OwnerState } from "../../sandbox/reaper.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { migrateToLatest } from "../../store/migrate.ts";
import { openStore } from "../../store/open-store.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

export const PYTHON = process.env.DOJO_PYTHON ?? "python3";
export const RUN = "run/local/aime25/ft-agent/s1";

/** Splits small enough for a test. */
export const SPLITS = { dev: 12, validation: 40, test: 30 };

/** What an attempt of an activity is told from outside. */
export interface Attempt {
  readonly heartbeats: readonly JobProgress[];
  /** Cancels the attempt for a reason of Temporal's. */
  cancel(details: ConstructorParameters<typeof ActivityCancellationDetails>[0]): void;
  readonly result: Promise<unknown>;
}

export type World = Awaited<ReturnType<typeof world>>;

/** Real artifacts, store and process sandbox in a home of their own; jobs that still run are stopped when the test ends. */
export async function world(
  options: {
    readonly bubblewrap?: "auto" | "off";
    readonly flags?: Readonly<Record<string, unknown>>;
    /** Opens another driver's sandbox. @default the process driver's */
    readonly open?: (place: { readonly home: string; readonly lockFolder: string }) => Sandbox;
    /** Changes to the configuration that no layer allows. */
    readonly change?: (config: Config) => Config;
  } = {},
) {
  const home = temporaryFolder();
  const bubblewrap = options.bubblewrap ?? "auto";
  const loaded = loadConfig({
    home,
    env: { DOJO_PYTHON: PYTHON },
    flags: { "limits.splits": SPLITS, "sandbox.bubblewrap": bubblewrap, ...options.flags },
  });
  const config = options.change?.(loaded) ?? loaded;
  const artifacts = openArtifactStore(config.artifactsUrl);
  const lockFolder = temporaryFolder();
  const driver =
    options.open?.({ home, lockFolder }) ??
    createProcessSandbox({ home, python: PYTHON, bubblewrap, lockFolder });
  const removals: Promise<void>[] = [];
  const sandbox: Sandbox = {
    ...driver,
    remove: (name) => {
      const removal = driver.remove(name);
      removals.push(removal);
      return removal;
    },
  };
  const store = openStore(`sqlite:${join(home, "dojo.db")}`);
  await migrateToLatest(store);
  onTestFinished(async () => {
    for (const { name } of await sandbox.list()) await (await sandbox.attach(name))?.stop(0);
    // Activities don't wait for them.
    await Promise.allSettled(removals);
    await store.close();
  });
  const workflow = { state: "open" as OwnerState };
  return {
    home,
    config,
    artifacts,
    sandbox,
    db: store.db,
    /** What Temporal says of the workflow. */
    workflow,
    workflowState: async () => workflow.state,
    device: { name: "cpu-0", threads: 1 },
  };
}

/** Begins an attempt of an activity. */
export function attempt<T>(activity: () => Promise<T>): Attempt & { readonly result: Promise<T> } {
  const environment = new MockActivityEnvironment(
    { workflowExecution: { workflowId: `${RUN}/it01`, runId: "1" } },
    // Failures are what is tested here.
    { logger: new DefaultLogger("ERROR") },
  );
  const heartbeats: JobProgress[] = [];
  environment.on("heartbeat", (details: JobProgress) => heartbeats.push(details));
  const result = environment.run(activity) as Promise<T>;
  result.catch(() => {});
  return {
    heartbeats,
    result,
    cancel: (details) => environment.cancel("CANCELLED", new ActivityCancellationDetails(details)),
  };
}

/** Runs an activity once. */
export function once<T>(activity: () => Promise<T>): Promise<T> {
  return attempt(activity).result;
}

/** Runs an activity as Temporal would: again after each failure that may be retried. */
export async function untilDone<T>(activity: () => Promise<T>, most = 8): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await once(activity);
    } catch (error) {
      if ((error as { nonRetryable?: boolean }).nonRetryable === true || tries >= most) throw error;
    }
  }
}

export function experimentKey(label = "it01", task = "aime25"): ExperimentKey {
  return { runId: RUN, experimentId: `${RUN}/${label}`, label, task, tier: "mini" };
}

/** A submission of two files (or what `files` says) as an artifact. */
export async function submissionOf(
  { artifacts }: Pick<World, "artifacts">,
  files: Readonly<Record<string, string>>,
): Promise<ArtifactRef> {
  return artifacts.putTree(folderOf({ "train.yaml": "max_steps: 8\n", ...files }));
}

/** A folder of files. */
export function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = join(temporaryFolder(), "files");
  mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}
