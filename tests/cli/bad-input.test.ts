import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { dojo } from "../support/dojo.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const run = ["run", "--task", "aime25", "--agent", "ft-agent"];

/** What is typed, the exit code, and what the one line must say. */
const CASES: readonly (readonly [string, readonly string[], number, RegExp])[] = [
  ["an unknown verb", ["rnu"], 2, /unknown command 'rnu'.*did you mean run/is],
  ["an unknown task", ["run", "--task", "aime24", "--agent", "ft-agent"], 2, /did you mean aime25/],
  ["an unknown task to show", ["tasks", "show", "noc4p"], 3, /did you mean noc4pc/],
  [
    "an unknown agent",
    ["run", "--task", "aime25", "--agent", "ftagent"],
    2,
    /did you mean ft-agent/,
  ],
  ["a missing option", ["run", "--task", "aime25"], 2, /'--agent <agent>' not specified/],
  ["a negative budget", [...run, "--iterations", "-1"], 2, /--iterations.*at least 0/],
  ["a budget of no number", [...run, "--max-usd", "cheap"], 2, /--max-usd.*a number above 0/],
  ["no wall time", [...run, "--max-wall", "0m"], 2, /--max-wall.*above 0/],
  ["a target beyond 1", [...run, "--target", "87"], 2, /--target.*from 0 to 1/],
  ["an unknown tier", [...run, "--tier", "big"], 2, /--tier.*mini, full/],
  [
    "a base model that has not been fetched",
    [...run, "--tier", "full", "--set", "cache=/nowhere"],
    2,
    /base model qwen-7b is not at \/nowhere\/.*`dojo data prepare --tier full/,
  ],
  ["an unknown base model", [...run, "--base-model", "minni"], 2, /did you mean mini/],
  ["an unknown backbone", [...run, "--backbone", "opena"], 2, /did you mean openai/],
  ["a missing API key", [...run, "--backbone", "openai"], 2, /OPENAI_API_KEY, which is not set/],
  [
    "a backbone for who asks no model",
    [...run.slice(0, 3), "--agent", "base-model", "--backbone", "openai"],
    2,
    /base-model asks no language model/,
  ],
  ["an unknown ablation", [...run, "--ablate", "feedback,memry"], 2, /did you mean memory/],
  ["a study with a slash", [...run, "--study", "a/b"], 2, /--study "a\/b": a name is made of/],
  [
    "a wrong configuration key",
    [...run, "--set", "run.maxRepair=2"],
    2,
    /run\.maxRepair: no such key/,
  ],
  ["more repairs than there may be", [...run, "--max-repairs", "11"], 2, /maxRepairs/],
  ["an empty hint", ["steer", "x", " "], 2, /a hint is a text of/],
  ["no change of the budget", ["budget", "x"], 2, /no limit to change/],
  [
    "a reason without a refusal",
    ["approve", "x", "--reason", "no"],
    2,
    /--reason goes with --reject/,
  ],
  [
    "a submission that is not there",
    ["experiment", "--task", "aime25", "--submission", "/nowhere/at/all"],
    2,
    /is not there/,
  ],
  [
    "a folder of items to score",
    ["score", "--task", "aime25", "--items", "docs", "--predictions", "docs"],
    2,
    /docs: is a folder, not a file/,
  ],
  [
    "a text of items to score",
    ["score", "--task", "aime25", "--items", "LICENSE", "--predictions", "LICENSE"],
    2,
    /LICENSE:1: not JSON/,
  ],
  [
    "rows to audit that are not there",
    ["audit", "--task", "aime25", "--data", "/nowhere/at/all"],
    2,
    /nowhere\/at\/all is not there/,
  ],
  ["a history that is none", ["replay", "package.json"], 2, /no workflow history/],
  ["a report of nothing", ["report", "s7", "--out", "x.html"], 3, /no run was recorded/],
  ["an export of nothing", ["export", "s7", "--out", "x"], 3, /no run was recorded/],
];

test.each(CASES)("%s gets one line and leaves nothing behind", async (_name, args, code, line) => {
  const folder = temporaryFolder();
  const home = join(folder, "home");
  const result = await dojo(args, {
    DOJO_HOME: home,
    TEMPORAL_ADDRESS: undefined,
    OPENAI_API_KEY: undefined,
  });
  expect(result.stderr).toMatch(line);
  expect(result.exitCode).toBe(code);
  expect(result.stderr).toMatch(/^dojo: /);
  expect(result.stderr.trim().split("\n").length).toBeLessThanOrEqual(2);
  expect(result.stdout).toBe("");
  expect(existsSync(home)).toBe(false);
});

test.each([
  [
    "a link",
    (folder: string) => symlinkSync("/etc/hostname", join(folder, "extra.txt")),
    /extra\.txt is a link/,
  ],
  [
    "a link to a folder above",
    (folder: string) => symlinkSync("..", join(folder, "up")),
    /up is a link/,
  ],
  [
    "no train.yaml",
    (folder: string) => writeFileSync(join(folder, "train.yml"), ""),
    /train\.yaml is missing/,
  ],
  [
    "a malformed train.yaml",
    (folder: string) => writeFileSync(join(folder, "train.yaml"), "a: [1\nb: 2\n"),
    /train\.yaml:2: no valid YAML/,
  ],
])("a submission with %s is refused", async (_name, spoil, line) => {
  const submission = join(temporaryFolder(), "submission");
  mkdirSync(submission);
  writeFileSync(join(submission, "process_data.py"), "");
  if (!String(_name).startsWith("no "))
    writeFileSync(join(submission, "train.yaml"), "max_steps: 1\n");
  spoil(submission);
  const home = join(temporaryFolder(), "home");
  const args = ["experiment", "--task", "aime25", "--submission", submission];
  const result = await dojo(args, { DOJO_HOME: home, TEMPORAL_ADDRESS: undefined });
  expect(result.stderr).toMatch(line);
  expect(result.exitCode).toBe(2);
  expect(existsSync(home)).toBe(false);
});

test("a server that does not answer ends with 4", async () => {
  const env = { DOJO_HOME: temporaryFolder(), TEMPORAL_ADDRESS: "127.0.0.1:1" };
  const result = await dojo(["watch", "s7"], env);
  expect(result.exitCode).toBe(4);
  expect(result.stderr).toContain("no Temporal server answers at 127.0.0.1:1");
});

test("a store of a newer version is refused and left alone", async () => {
  const home = temporaryFolder();
  const { openStore } = await import("../../store/open-store.ts");
  const { migrateToLatest } = await import("../../store/migrate.ts");
  const store = openStore(`sqlite:${join(home, "dojo.db")}`);
  const version = await migrateToLatest(store);
  await store.db
    .insertInto("schemaVersions")
    .values({
      version: version + 1,
      name: "of tomorrow",
      appliedAt: "2099-01-01T00:00:00Z",
      appliedBy: "9.0.0",
    })
    .execute();
  await store.close();
  const result = await dojo(["show", "s7"], { DOJO_HOME: home });
  expect(result.exitCode).toBe(2);
  expect(result.stderr).toMatch(/^dojo: the database .* made by FT-Dojo 9\.0\.0/);
});

test("an export never goes into a folder that holds something", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "precious.txt"), "mine");
  const { writeFolder } = await import("../../cli/runs/atomic-folder.ts");
  await expect(writeFolder(folder, async () => {})).rejects.toThrow("is not empty");
  const parent = temporaryFolder();
  const failing = writeFolder(join(parent, "new"), async (partial) => {
    writeFileSync(join(partial, "half"), "");
    throw new Error("disk full");
  });
  await expect(failing).rejects.toThrow("disk full");
  expect(readdirSync(parent)).toEqual([]);
});
