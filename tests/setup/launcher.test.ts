import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../support/temporary-folder.ts";

const launcher = join(import.meta.dirname, "..", "..", "dojo");

function run(path: string, cwd: string): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const env = { ...process.env, DOJO_NODE: undefined };
    const child = execFile(path, ["--help"], { cwd, env }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

test("dojo answers from any folder, also through links to it", async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "bin"));
  symlinkSync(launcher, join(folder, "link"));
  symlinkSync(join("..", "link"), join(folder, "bin", "dojo"));
  const { code, stdout } = await run(join(folder, "bin", "dojo"), folder);
  expect(code).toBe(0);
  expect(stdout).toContain("Usage: dojo VERB");
});

test("before set-up it says what to do", async () => {
  const folder = temporaryFolder();
  copyFileSync(launcher, join(folder, "dojo"));
  const { code, stderr } = await run(join(folder, "dojo"), "/");
  expect(code).toBe(4);
  expect(stderr).toBe(`dojo: not set up yet; run: make -C ${folder} setup\n`);
});
