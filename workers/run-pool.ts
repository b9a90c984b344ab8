import { parseArgs } from "node:util";
import { DefaultLogger, type NativeConnection, Runtime, Worker } from "@temporalio/worker";
import type { Config } from "../config/load.ts";
import { POOLS, type Pool, TASK_QUEUES } from "../protocol/names.ts";
import { connectPatiently } from "./connect-patiently.ts";
import { keepAlive } from "./keep-alive.ts";
import { type OpenPool, openPool } from "./open-pool.ts";
import { readStackConfig } from "./stack-config.ts";

/** Which worker to run. */
export interface PoolWorker {
  readonly pool: Pool;
  /** The device of a gpu worker; ignored elsewhere. @default the first one that is configured */
  readonly device: string | null;
  /** Bundled workflow code for the pool `workflows`; null: bundled at start. */
  readonly bundlePath: string | null;
  /** Aborted when the worker has to end; its jobs go on and are adopted by the next worker. */
  readonly stop: AbortSignal;
  /** Called whenever the worker begins to poll. */
  readonly onPolling: () => void;
}

/** Activities are told at once that the worker ends and detach from their jobs: nothing to wait for. */
const SHUTDOWN_GRACE = "0s";

/** An activity that does not detach is left behind; its heartbeat runs out and another worker takes it up. */
const SHUTDOWN_FORCE = "5s";

/** A cancellation reaches an activity with its heartbeat: ten seconds from `dojo cancel` to a stopped trainer leave three. */
const HEARTBEAT_THROTTLE = "3s";

/** Pauses before a worker that lost its server begins again. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;

/**
 * Polls one pool's queue until `stop`. Waits for a server that is away, at the start and later. Rejects for anything else: a
 * worker that can't be made.
 */
export async function runPool(config: Config, worker: PoolWorker): Promise<void> {
  Runtime.install({
    // Signals are ours: they must also end a worker that is still waiting for its server.
    shutdownSignals: [],
    logger: new DefaultLogger("INFO"),
    telemetryOptions: {
      logging: { forward: {}, filter: { core: "WARN", other: "ERROR" } },
    },
  });
  let pauseMs = FIRST_PAUSE_MS;
  while (!worker.stop.aborted) {
    const connection = await connectPatiently(config, worker.stop);
    if (connection === null) return;
    const began = performance.now();
    try {
      await pollWith(connection, config, worker);
    } catch (error) {
      if (!isConnectionLoss(error)) throw error;
      console.error(
        `connection to Temporal lost (${(error as Error).message}); again in ${pauseMs} ms`,
      );
      if (performance.now() - began > config.supervisor.healthyAfterMs) pauseMs = FIRST_PAUSE_MS;
      await pause(pauseMs, worker.stop);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    } finally {
      await connection.close().catch(() => {});
    }
  }
}

async function pollWith(
  connection: NativeConnection,
  config: Config,
  { pool, device, bundlePath, stop, onPolling }: PoolWorker,
): Promise<void> {
  const open: OpenPool = await openPool(config, { pool, device, bundlePath });
  try {
    const worker = await Worker.create({
      connection,
      namespace: config.temporal.namespace,
      taskQueue: TASK_QUEUES[pool],
      shutdownGraceTime: SHUTDOWN_GRACE,
      shutdownForceTime: SHUTDOWN_FORCE,
      maxHeartbeatThrottleInterval: HEARTBEAT_THROTTLE,
      // Jobs of the other two pools tell of their progress themselves.
      ...(pool === "gpu" || pool === "sandbox" ? {} : { interceptors: keepAlive }),
      ...open.options,
    });
    const end = (): void => {
      if (worker.getState() === "RUNNING") worker.shutdown();
    };
    stop.addEventListener("abort", end, { once: true });
    if (stop.aborted) return;
    const running = worker.run();
    onPolling();
    await running.finally(() => stop.removeEventListener("abort", end));
  } finally {
    await open.close();
  }
}

function isConnectionLoss(error: unknown): boolean {
  return error instanceof Error && /Transport|Connection|Unexpected/.test(error.name);
}

function pause(milliseconds: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    stop.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** As the supervisor starts it: `run-pool.ts --config FILE --pool POOL [--device NAME] [--bundle FILE]`. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      config: { type: "string" },
      pool: { type: "string" },
      device: { type: "string" },
      bundle: { type: "string" },
    },
  });
  const pool = POOLS.find((each) => each === values.pool);
  if (pool === undefined || values.config === undefined) throw new Error("--pool and --config");
  const stop = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => stop.abort());
  // The channel closes when the supervisor dies, however it dies: the next one starts workers of its own.
  process.once("disconnect", () => stop.abort());
  await runPool(readStackConfig(values.config), {
    pool,
    device: values.device ?? null,
    bundlePath: values.bundle ?? null,
    stop: stop.signal,
    onPolling: () => process.connected && process.send?.("ready"),
  });
}

if (import.meta.main) {
  try {
    await main();
    process.exit(0);
  } catch (error) {
    console.error(error);
    process.exit(1);
  }
}
