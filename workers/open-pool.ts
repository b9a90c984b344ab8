import type { WorkerOptions } from "@temporalio/worker";
import type { Config } from "../config/load.ts";
import type { Pool } from "../protocol/names.ts";

/** What a pool adds to the common worker options, with what it holds open. */
export interface OpenPool {
  readonly options: Partial<WorkerOptions>;
  close(): Promise<void>;
}

/** What a pool is opened with. */
export interface PoolChoice {
  readonly pool: Pool;
  readonly device: string | null;
  readonly bundlePath: string | null;
}

/** Loads a pool's module (and only that: a planner has no business with a scorer) and opens what its activities need. */
export async function openPool(config: Config, choice: PoolChoice): Promise<OpenPool> {
  switch (choice.pool) {
    case "workflows":
      return (await import("./workflows.ts")).openWorkflows(config, choice.bundlePath);
    case "planner":
      return (await import("./planner.ts")).openPlanner(config);
    case "sandbox":
      return (await import("./sandbox.ts")).openSandbox(config);
    case "gpu":
      return (await import("./gpu.ts")).openGpu(config, choice.device);
    case "eval":
      return (await import("./eval.ts")).openEval(config);
    case "recorder":
      return (await import("./recorder.ts")).openRecorder(config);
  }
}
