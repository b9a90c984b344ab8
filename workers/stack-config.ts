import { createHash } from "node:crypto";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Config, loadConfig } from "../config/load.ts";
import type { RawConfig } from "../config/schema.ts";

/** Path of the configuration that a stack's processes read. */
export function stackConfigPath(home: string): string {
  return join(home, "stack-config.json");
}

/** Writes the configuration of a stack's processes (readable by its owner alone: it may hold a database password). */
export function writeStackConfig(raw: RawConfig): Config {
  const path = stackConfigPath(raw.home);
  mkdirSync(raw.home, { recursive: true });
  writeFileSync(`${path}.new`, `${JSON.stringify(raw, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
  return readStackConfig(path);
}

/** Reads it back: nothing of the environment of the process that reads it counts. */
export function readStackConfig(path: string): Config {
  return loadConfig({ file: path, env: {} });
}

/** sha256 of a configuration, to tell whether a running stack has another one. */
export function hashStackConfig(raw: RawConfig): string {
  return createHash("sha256").update(JSON.stringify(raw)).digest("hex");
}
