import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Config } from "../../config/load.ts";
import { CliError, EXIT, failed } from "../cli-error.ts";
import { say } from "../output.ts";

/** What an operator allows and where files may lie already. */
export interface FetchOptions {
  /** Local mirror to copy from instead of the network. */
  readonly from?: string;
  readonly acceptLicence?: boolean;
  /** Records the sha256 of files that the manifest knows by revision only. */
  readonly pin?: boolean;
}

/**
 * Brings the public sources of tasks, and base models of the manifest that the configuration expects there, into the data folder;
 * progress goes to stderr. Throws with the script's last line: exit code 2 for a licence, a pin or a damaged file in the way, 1 where
 * the network refuses.
 */
export async function fetchFull(
  config: Config,
  what: { readonly tasks: readonly string[]; readonly baseModels: readonly string[] },
  options: FetchOptions,
): Promise<void> {
  const { data } = config;
  const models = what.baseModels.filter((name) => {
    const path = config.baseModels[name]?.path;
    // A folder that the operator names is the operator's.
    return path === join(data.folder, "models", name) || (path !== undefined && !existsSync(path));
  });
  const args = [
    ...["fetch", "--store", data.folder, "--endpoint", data.endpoint],
    ...["--manifest", data.manifest, "--pins", data.pins],
    ...what.tasks.flatMap((task) => ["--task", task]),
    ...models.flatMap((name) => ["--model", name]),
    ...(options.from === undefined ? [] : ["--from", resolve(options.from)]),
    ...(options.acceptLicence ? ["--accept-licence"] : []),
    ...(options.pin ? ["--pin"] : []),
  ];
  const { exitCode, last } = await follow(config, args);
  if (exitCode === 0) {
    if (last !== "") say(last);
    return;
  }
  const codes = [EXIT.badInput, EXIT.notFound] as const;
  const known = codes.find((code) => code === exitCode);
  throw known === undefined ? failed(last) : new CliError(known, last);
}

/** Runs the script and passes its messages on, the last one excepted: that is the answer. */
function follow(
  config: Config,
  args: readonly string[],
): Promise<{ readonly exitCode: number; readonly last: string }> {
  return new Promise((done, reject) => {
    const script = join(config.repository, "tasks", "build_full.py");
    const child = spawn(config.python, [script, ...args], {
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1", PYTHONUTF8: "1" },
    });
    let rest = "";
    let last = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (last !== "") say(last);
        last = line;
      }
    });
    child.on("error", (error) => {
      reject(
        failed(
          `the Python interpreter ${config.python} can't be started (${error.message})`,
          "run `make setup`, or name one in DOJO_PYTHON",
        ),
      );
    });
    child.on("close", (code) => {
      done({ exitCode: code ?? 1, last: rest.trim() === "" ? last : rest.trim() });
    });
  });
}
