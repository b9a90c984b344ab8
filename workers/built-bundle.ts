import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Config } from "../config/load.ts";
import { stackConfigPath } from "./stack-config.ts";
import { StackError } from "./stack-error.ts";

/** Path of the bundled workflow code, made by a process of its own when needed. Throws {@link StackError}. */
export async function builtBundle(config: Config, signal: AbortSignal): Promise<string> {
  const entry = join(config.repository, "workers", "build-bundle.ts");
  try {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", entry, stackConfigPath(config.home)],
      { cwd: config.repository, signal },
    );
    return stdout.trim();
  } catch (error) {
    console.error(error);
    throw new StackError(
      "failed",
      `the workflows can't be bundled; see ${config.home}/logs/supervisor.log`,
      { cause: error },
    );
  }
}
