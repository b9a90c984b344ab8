import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import type { Config } from "../config/load.ts";
import { StackError } from "./stack-error.ts";

/** The `temporal` program of the embedded server. */
export interface TemporalCli {
  readonly path: string;
  /** Version of CLI and server, fit for a file name: `0.0.0-dev-server-1.29.1`. */
  readonly version: string;
}

/** Finds the program that set-up prepared, or `temporal` on PATH. Throws {@link StackError} when there is none that runs. */
export async function findTemporalCli(config: Config): Promise<TemporalCli> {
  const path = config.temporal.cli ?? onPath("temporal");
  if (path === null) {
    throw new StackError("missing", "the Temporal CLI is missing; `make setup` gets it");
  }
  try {
    const { stdout } = await promisify(execFile)(path, ["--version"], { timeout: 30_000 });
    return { path, version: fileName(stdout) };
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    throw new StackError(
      "missing",
      `the Temporal CLI ${path} does not run (${why}); \`make setup\` gets it, TEMPORAL_CLI_PATH names another`,
    );
  }
}

/** Full path of a program on PATH, or null. */
export function onPath(program: string, path = process.env.PATH ?? ""): string | null {
  return (
    path
      .split(delimiter)
      .filter((folder) => folder !== "")
      .map((folder) => join(folder, program))
      .find((candidate) => existsSync(candidate)) ?? null
  );
}

function fileName(versionLine: string): string {
  // "temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)": the interface's version changes nothing in the database.
  const [, cli = "unknown", server = "unknown"] =
    /version (\S+)(?:.*Server ([^,)\s]+))?/.exec(versionLine) ?? [];
  return `${cli}-server-${server}`.toLowerCase().replace(/[^a-z0-9.-]+/g, "-");
}
