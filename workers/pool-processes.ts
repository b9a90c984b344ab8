import { join } from "node:path";
import type { Config } from "../config/load.ts";
import { POOLS, type Pool } from "../protocol/names.ts";
import type { ProcessSpec } from "./supervised-process.ts";

/** A process of a pool, as the supervisor starts it. */
export interface PoolProcess {
  readonly pool: Pool;
  readonly spec: ProcessSpec;
}

/** One process for each pool, for gpu one for each device. */
export function poolProcesses(config: Config, configPath: string): PoolProcess[] {
  return POOLS.flatMap((pool) =>
    pool === "gpu"
      ? config.devices.map(({ name }) => poolProcess(config, configPath, pool, name))
      : [poolProcess(config, configPath, pool, null)],
  );
}

function poolProcess(
  config: Config,
  configPath: string,
  pool: Pool,
  device: string | null,
): PoolProcess {
  const name = device === null ? pool : `${pool}-${device}`;
  const entry = join(config.repository, "workers", "run-pool.ts");
  return {
    pool,
    spec: {
      name,
      command: process.execPath,
      args: [
        "--disable-warning=ExperimentalWarning",
        ...[entry, "--config", configPath, "--pool", pool],
        ...(device === null ? [] : ["--device", device]),
      ],
      env: poolEnvironment(config, pool, process.env),
      cwd: config.repository,
      logPath: join(config.home, "logs", `${name}.log`),
      channel: true,
    },
  };
}

/**
 * A pool's environment: that of the stack without what configures it (the configuration file has it all) and, except for the
 * planner, without the keys of language models.
 */
export function poolEnvironment(
  config: Config,
  pool: Pool,
  env: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv {
  const keys = new Set(Object.values(config.backbones).map(({ apiKeyEnv }) => apiKeyEnv));
  const isKey = (name: string): boolean => keys.has(name) || name.startsWith("OPENAI_");
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name]) =>
        !name.startsWith("DOJO_") &&
        !name.startsWith("TEMPORAL_") &&
        (pool === "planner" || !isKey(name)),
    ),
  );
}
