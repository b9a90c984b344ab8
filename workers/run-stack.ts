import { once } from "node:events";
import type { Config } from "../config/load.ts";
import type { RawConfig } from "../config/schema.ts";
import { builtBundle } from "./built-bundle.ts";
import { endRecorded } from "./end-recorded.ts";
import { migrateStore } from "./migrate-store.ts";
import { poolProcesses } from "./pool-processes.ts";
import { choosePort } from "./ports.ts";
import { prepareNamespace, waitForServer } from "./prepare-namespace.ts";
import { hashStackConfig, stackConfigPath, writeStackConfig } from "./stack-config.ts";
import { StackProcesses } from "./stack-processes.ts";
import { readStackState, type StackState } from "./stack-state.ts";
import type { SupervisorReply, SupervisorRequest } from "./supervisor-messages.ts";
import { findTemporalCli } from "./temporal-cli.ts";
import { temporalServerProcess } from "./temporal-server.ts";

export interface RunStackOptions {
  readonly request: RawConfig;
  readonly origins: SupervisorRequest["origins"];
  /** Aborted when the stack has to end. */
  readonly stop: AbortSignal;
  readonly reply: (message: SupervisorReply) => Promise<void>;
}

/** Workers that an earlier supervisor left behind exit by themselves; this is how long they may take. */
const LEFTOVER_GRACE_MS = 3_000;

/** A server that dies this often before it has answered will not come up. */
const SERVER_TRIES = 4;

/**
 * Starts Temporal and the pools of one home, keeps them alive until `stop`, and ends them: workers first, so that their jobs
 * are detached in order. What an earlier supervisor left behind is ended first; jobs in the sandbox are not touched, their
 * gpu worker adopts them. Throws {@link StackError} when something does not start; then nothing is left running.
 */
export async function runStack(options: RunStackOptions): Promise<void> {
  const { request, stop, reply } = options;
  const before = readStackState(request.home);
  if (before !== null) await endRecorded(before, LEFTOVER_GRACE_MS);

  const { config, uiPort } = await configureStack(options, before);
  await migrateStore(config);
  const cli = await findTemporalCli(config);
  const processes = new StackProcesses({
    config,
    configSha256: hashStackConfig(request),
    uiUrl: `http://127.0.0.1:${uiPort}`,
    temporal: temporalServerProcess({ cli, config, uiPort }),
  });
  try {
    void reply({ kind: "progress", message: "starting the Temporal server and the pools" });
    await startAll(processes, config, stop);
    void reply({ kind: "ready" });
    if (!stop.aborted) await once(stop, "abort");
  } finally {
    await processes.stop();
  }
}

/** Chooses ports and writes the configuration that all processes read. */
async function configureStack(
  { request, origins }: RunStackOptions,
  before: StackState | null,
): Promise<{ config: Config; uiPort: number }> {
  const port = await choosePort({
    key: "temporal.port",
    origin: origins.port,
    configured: request.temporal.port,
    previous: portOf(before?.temporal.address),
  });
  const uiPort = await choosePort({
    key: "temporal.uiPort",
    origin: origins.uiPort,
    configured: request.temporal.uiPort,
    previous: portOf(before?.temporal.uiUrl),
  });
  const temporal = { ...request.temporal, address: `127.0.0.1:${port}` };
  return { config: writeStackConfig({ ...request, temporal }), uiPort };
}

async function startAll(
  processes: StackProcesses,
  config: Config,
  stop: AbortSignal,
): Promise<void> {
  processes.temporal.start();
  // Pools load their code while the server starts and the workflows are bundled; they wait for the server by themselves.
  const pools = poolProcesses(config, stackConfigPath(config.home));
  for (const { pool, spec } of pools) if (pool !== "workflows") processes.add(pool, spec).start();

  const bundle = builtBundle(config, stop);
  // Awaited below; a failure while the server is still starting must not count as unhandled.
  bundle.catch(() => {});
  const connection = await waitForServer(config, {
    signal: stop,
    hasGivenUp: () => processes.temporal.restarts >= SERVER_TRIES,
  });
  try {
    await prepareNamespace(connection, config);
  } finally {
    await connection.close();
  }
  const bundlePath = await bundle;
  for (const { pool, spec } of pools.filter((each) => each.pool === "workflows")) {
    processes.add(pool, { ...spec, args: [...spec.args, "--bundle", bundlePath] }).start();
  }
  await processes.allReady(config.supervisor.startDeadlineMs, stop);
}

function portOf(address: string | undefined): number | null {
  const port = Number(address?.split(":").at(-1));
  return Number.isInteger(port) && port > 0 ? port : null;
}
