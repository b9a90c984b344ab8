import type { Config } from "./load.ts";
import { configSchema, type RawConfig } from "./schema.ts";

/**
 * The configuration as one document that `loadConfig({file, env: {}})` reads back to the same values, for the processes of a
 * stack: they must not depend on the environment of whoever started it.
 */
export function snapshotConfig(config: Config): RawConfig {
  const { repository: _repository, ...values } = config;
  return configSchema.parse(values);
}
