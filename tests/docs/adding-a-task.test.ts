import { execFile } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import type { PreparedData } from "../../cli/runs/prepare-data.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const root = join(import.meta.dirname, "..", "..");
const PYTHON = process.env.DOJO_PYTHON ?? "python3";

/** The files that the page names, with their contents. */
const page = readFileSync(join(root, "docs", "adding-a-task.md"), "utf8");
const FILES = [...page.matchAll(/^`(tasks\/[^`]+)`:\n\n```\w+\n([\s\S]*?)^```$/gm)].map(
  ([, path, text]) => ({ path: path ?? "", text: text ?? "" }),
);

/** A copy of what a verb and a test need of the repository, with the page's folder and no other change. */
function repositoryWithTheTask(): string {
  const copy = join(temporaryFolder(), "repository");
  mkdirSync(join(copy, "tasks"), { recursive: true });
  const skipped = new Set(["node_modules", ".git", ".cache", ".dojo", "tasks", "tests", "docs"]);
  for (const name of readdirSync(root)) {
    if (!skipped.has(name)) cpSync(join(root, name), join(copy, name), { recursive: true });
  }
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  for (const name of readdirSync(join(root, "tasks"))) {
    // Nothing in it depends on where it lies, and it is large.
    if (name === "base-model") symlinkSync(join(root, "tasks", name), join(copy, "tasks", name));
    else cpSync(join(root, "tasks", name), join(copy, "tasks", name), { recursive: true });
  }
  cpSync(join(root, "tests", "tasks"), join(copy, "tests", "tasks"), { recursive: true });
  for (const { path, text } of FILES) {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    writeFileSync(join(copy, path), text);
  }
  return copy;
}

async function run(program: string, args: readonly string[], cwd: string) {
  const env = {
    ...process.env,
    DOJO_PYTHON: PYTHON,
    DOJO_HOME: join(cwd, ".dojo"),
    DOJO_HINTS: "off",
  };
  const options = { cwd, env, maxBuffer: 1e8 };
  try {
    return (await promisify(execFile)(program, args, options)).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${args.join(" ")} failed: ${stderr.slice(-2000)}${stdout.slice(-4000)}`);
  }
}

test("the page's folder is a task: verbs show, prepare, score and audit it, and it passes every task's tests", async () => {
  expect(FILES.map(({ path }) => path.split("/").slice(3).join("/"))).toEqual([
    "task.yaml",
    "mini.py",
    "score.py",
    "recipe/process_data.py",
    "recipe/train.yaml",
    "README.md",
  ]);
  const copy = repositoryWithTheTask();
  const dojo = async <T>(...args: string[]): Promise<T> =>
    JSON.parse(await run(process.execPath, ["cli/main.ts", ...args, "--json"], copy)) as T;

  const cards = await dojo<{ id: string }[]>("tasks");
  const before = readdirSync(join(root, "tasks"), { recursive: true, encoding: "utf8" });
  expect(cards).toHaveLength(before.filter((path) => path.endsWith("/task.yaml")).length + 1);
  expect(cards.map(({ id }) => id)).toContain("roman");

  const [data] = await dojo<PreparedData[]>("data", "prepare", "--task", "roman");
  const lines = <T>(file: string) =>
    readFileSync(file, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as T);
  const items = data?.splits.dev.file ?? "";
  const golds = lines<{ id: string; gold: string }>(items);
  const write = (name: string, rows: readonly unknown[]) => {
    writeFileSync(join(copy, name), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    return join(copy, name);
  };
  const predictions = write(
    "predictions.jsonl",
    golds.map(({ id, gold }, at) => ({ id, text: at < 75 ? `so \\boxed{${gold}}` : gold })),
  );
  expect(
    await dojo("score", "--task", "roman", "--items", items, "--predictions", predictions),
  ).toMatchObject({ task: "roman", metric: { value: 0.75, n: 100 } });

  const prompts = lines<{ id: string; prompt: string }>(items.replace("items", "prompts"));
  const rows = prompts.slice(0, 3).map(({ prompt }) => ({ prompt, completion: "?" }));
  const curated = write("rows.jsonl", [...rows, { prompt: "how are you?", completion: "well" }]);
  expect(await dojo("audit", "--task", "roman", "--data", curated)).toMatchObject({
    rows: 4,
    removed: 3,
  });

  const output = await run(
    PYTHON,
    [
      "-m",
      "pytest",
      "-q",
      "-p",
      "no:cacheprovider",
      "tests/tasks",
      "-k",
      "roman or (math and (copies or clean))",
    ],
    copy,
  );
  expect(output).toMatch(/\d\d passed/);
  expect(output).not.toMatch(/failed|error/);
  rmSync(copy, { recursive: true, force: true });
});
