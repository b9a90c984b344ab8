import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { Config } from "../config/load.ts";

/** Bundles kept beside the newest, for a stack that is still starting with one of them. */
const KEPT = 3;

/** Folders whose files end up in the bundle. */
const SOURCES = ["workflows", "protocol"];

/**
 * Path of the workflow code, bundled for Temporal's sandbox; made when sources or packages changed since the last time.
 * It takes seconds and much memory, so it is made once for each version and not in every worker that starts.
 */
export async function workflowBundle(config: Config): Promise<string> {
  const folder = join(config.home, "bundles");
  const path = join(folder, `${sourceHash(config.repository)}.js`);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  const { bundleWorkflowCode } = await import("@temporalio/worker");
  const quiet = {
    trace() {},
    debug() {},
    info() {},
    log() {},
    warn: console.error,
    error: console.error,
  };
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(config.repository, "workflows", "index.ts"),
    logger: quiet as never,
  });
  writeFileSync(`${path}.${process.pid}`, code);
  renameSync(`${path}.${process.pid}`, path);
  removeOld(folder);
  return path;
}

/** sha256 over everything that the bundle depends on: our sources and the versions of the packages. */
function sourceHash(repository: string): string {
  const hash = createHash("sha256").update(readFileSync(join(repository, "package-lock.json")));
  for (const source of SOURCES) {
    const names = readdirSync(join(repository, source), { recursive: true, encoding: "utf8" });
    for (const name of names.filter((each) => each.endsWith(".ts")).sort()) {
      hash.update(`${source}/${name}\0`).update(readFileSync(join(repository, source, name)));
    }
  }
  return hash.digest("hex").slice(0, 32);
}

function removeOld(folder: string): void {
  const byAge = readdirSync(folder)
    .filter((name) => name.endsWith(".js"))
    .map((name) => ({ path: join(folder, name), at: statSync(join(folder, name)).mtimeMs }))
    .sort((a, b) => b.at - a.at);
  for (const { path } of byAge.slice(KEPT)) rmSync(path, { force: true });
}
