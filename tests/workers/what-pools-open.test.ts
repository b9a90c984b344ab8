import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..", "..");
const POOLS = ["workflows", "planner", "sandbox", "gpu", "eval", "recorder"] as const;

/** Modules of ours that a module loads when it runs, itself among them; types are erased and load nothing. */
function loadedBy(entry: string, seen = new Set<string>()): Set<string> {
  if (seen.has(entry)) return seen;
  seen.add(entry);
  const source = readFileSync(entry, "utf8");
  const imports = source.matchAll(
    /^(?:import|export)\s+(?!type\b)[^;]*?from\s+"(\.[^"]+)"|^import\s+"(\.[^"]+)"|import\("(\.[^"]+)"\)/gm,
  );
  for (const [, from, bare, dynamic] of imports) {
    const path = join(dirname(entry), from ?? bare ?? dynamic ?? "");
    if (path.endsWith(".ts")) loadedBy(path, seen);
  }
  return seen;
}

/** `splitFile(folder, split, file)` as written, with the split and the file as literals, or as the names of variables. */
const OPENED = /splitFile\(\s*[\w.]+(?:\([^()]*\))?,\s*("?)([\w.]+)\1,\s*("?)([\w.]+)\3,?\s*\)/g;

/** Modules that a pool's process loads, with the workflows' own bundle. */
function modulesOf(pool: string): Set<string> {
  const loaded = loadedBy(join(root, "workers", `${pool}.ts`));
  return pool === "workflows" ? loadedBy(join(root, "workflows", "index.ts"), loaded) : loaded;
}

/** What each module that a pool loads opens of the answers. */
function openedBy(pool: string): Readonly<Record<string, readonly string[]>> {
  const opened: Record<string, string[]> = {};
  for (const path of modulesOf(pool)) {
    const source = readFileSync(path, "utf8");
    const calls = [...source.matchAll(OPENED)];
    // Every mention must be one that this test can read: the definition, its imports and its calls.
    const mentions = source.match(/(?<!function )\bsplitFile\(/g) ?? [];
    expect(calls, path).toHaveLength(mentions.length);
    if (calls.length === 0) continue;
    opened[relative(root, path)] = [
      ...new Set(
        calls.map(([, quote, split, mark, file]) =>
          [quote ? split : `any (${split})`, mark ? file : `any (${file})`].join(" "),
        ),
      ),
    ].toSorted();
  }
  return opened;
}

test("answers are opened by the eval pool alone: dev for feedback, test prompts for its opening, the rest by scorer and audit", () => {
  expect(Object.fromEntries(POOLS.map((pool) => [pool, openedBy(pool)]))).toEqual({
    workflows: {},
    planner: {},
    sandbox: {},
    gpu: {},
    recorder: {},
    eval: {
      // Makes the splits and lets the prompts of dev and validation out.
      "activities/eval/prepare-task.ts": ["any (split) any (file)"],
      // Hands the items over to the scorer, a script of its own.
      "activities/eval/score-split.ts": ["any (what.split) items"],
      "activities/eval/audit-contamination.ts": ["any (split) items"],
      "activities/eval/dev-examples.ts": ["dev items", "dev prompts"],
      // Prompts, and tables where charts are drawn: never items.
      "activities/eval/held-out-test.ts": ["test any (file)"],
    },
  });
});

test.each(POOLS.filter((pool) => pool !== "eval"))(
  "the %s pool loads no module that knows where answers lie",
  (pool) => {
    const loaded = [...modulesOf(pool)];
    expect(loaded.length).toBeGreaterThan(5);
    const knowing = loaded.filter((path) => {
      const source = readFileSync(path, "utf8");
      return /answersFolder|["'/]answers["'/]/.test(source);
    });
    expect(knowing.map((path) => relative(root, path))).toEqual([]);
  },
);

test("the eval pool is found by this test to load what it opens with", () => {
  const loaded = [...modulesOf("eval")].map((path) => relative(root, path));
  expect(loaded).toEqual(
    expect.arrayContaining(["activities/eval/answers.ts", "activities/eval/dev-examples.ts"]),
  );
});
