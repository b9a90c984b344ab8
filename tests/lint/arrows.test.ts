import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../support/temporary-folder.ts";

const root = join(import.meta.dirname, "..", "..");

/** Paths of the sources that biome, under the repository's rules, refuses for an import. */
function refused(sources: Readonly<Record<string, string>>): string[] {
  const folder = temporaryFolder();
  const rules = JSON.parse(readFileSync(join(root, "biome.json"), "utf8"));
  writeFileSync(
    join(folder, "biome.json"),
    JSON.stringify({ ...rules, $schema: undefined, vcs: {} }),
  );
  for (const [path, source] of Object.entries(sources)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), `${source}\n`);
  }
  const output = biomeLint(folder);
  return Object.keys(sources).filter((path) => output.includes(`${path}:1:`));
}

function biomeLint(folder: string): string {
  const options = [
    "lint",
    "--only=style/noRestrictedImports",
    "--colors=off",
    "--max-diagnostics=100",
  ];
  try {
    return execFileSync(join(root, "node_modules", ".bin", "biome"), [...options, folder], {
      ...{ cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] },
      env: { ...process.env, PATH: `${join(process.execPath, "..")}:${process.env.PATH}` },
    });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return stdout + stderr;
  }
}

test("an import against the arrows between folders is refused, one along them is not", () => {
  const against = {
    "protocol/type.ts": 'import type { Config } from "../config/load.ts";',
    "agents/ft-agent/deep.ts": 'import { openStore } from "../../store/open-store.ts";',
    "sandbox/export.ts": 'export { openStore } from "../store/open-store.ts";',
    "activities/planner/up.ts": 'import { VERBS } from "../../cli/verbs.ts";',
    "workflows/node.ts": 'import { readFile } from "node:fs/promises";',
    "workers/dynamic.ts": 'export const load = () => import("../cli/main.ts");',
    "cli/tests.ts": 'import { stores } from "../tests/support/stores.ts";',
  };
  const along = {
    "agents/ft-agent/fine.ts": 'export { POOLS } from "../../protocol/names.ts";',
    "activities/eval/fine.ts": 'export { openStore } from "../../store/open-store.ts";',
    "workers/fine.ts": 'export { loadConfig } from "../config/load.ts";',
    "cli/fine.ts": 'export { startStack } from "../workers/start-stack.ts";',
  };
  expect(refused({ ...against, ...along })).toEqual(Object.keys(against));
});
