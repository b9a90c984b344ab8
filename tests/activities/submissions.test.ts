import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createSandboxActivities } from "../../activities/sandbox/index.ts";
import { REPOSITORY } from "../../config/load.ts";
import { TREE_MEDIA_TYPE } from "../../protocol/artifact-ref.ts";
import { probeBubblewrap } from "../../sandbox/bubblewrap.ts";
import { missingTool } from "../support/missing-tool.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import {
  attempt,
  experimentKey,
  folderOf,
  once,
  submissionOf,
  type World,
  world,
} from "./world.ts";

/** A process_data.py: `body` runs with `args`, `rows` and `write(rows)` at hand. */
const script = (body: string) => `
import argparse, json, os, sys, time
parser = argparse.ArgumentParser()
for name in ("sources", "output", "seed", "limit"): parser.add_argument("--" + name)
args = parser.parse_args()
rows = [json.loads(line) for line in open(os.path.join(args.sources, "textbook.jsonl"))]

def write(rows):
    with open(args.output, "w") as file:
        for row in rows: file.write(json.dumps(row) + "\\n")

${body}
`;
const GOOD = script(
  "write([{'prompt': r['q'], 'completion': f\"\\\\boxed{{{r['a']}}}\"} for r in rows[:int(args.limit or 9999)]])",
);

const ROWS = Array.from({ length: 150 }, (_, at) => ({
  id: `${at}`,
  q: `What is ${at}+1?`,
  a: at + 1,
}));

async function sandboxWorld(options: Parameters<typeof world>[0] = {}) {
  const place = await world(options);
  const { artifacts, config } = place;
  const raw = await artifacts.putTree(
    folderOf({ "textbook.jsonl": ROWS.map((row) => `${JSON.stringify(row)}\n`).join("") }),
  );
  const baseModel = await artifacts.putTree(config.baseModels.mini?.path ?? "");
  const activities = createSandboxActivities(place);
  const common = {
    experiment: experimentKey(),
    writtenBy: "ours" as "ours" | "language-model",
    allowUnprotected: false,
  };
  return {
    ...place,
    check: async (files: Record<string, string>) => {
      const submission = await submissionOf(place, files);
      return once(() => activities.checkSubmission({ ...common, submission }));
    },
    checkSubmission: activities.checkSubmission,
    curate: async (
      files: Record<string, string>,
      stage: "curateSample" | "curateData" = "curateData",
      changes: Partial<typeof common> & { seed?: number } = {},
    ) => {
      const submission = await submissionOf(place, files);
      const input = { seed: 1, ...common, ...changes, submission, raw, baseModel };
      return once(() => activities[stage](input));
    },
    common,
  };
}

const rowsOf = async ({ artifacts }: World, result: unknown) => {
  const { value } = result as { value: { data: Parameters<typeof artifacts.readBytes>[0] } };
  return (await artifacts.readBytes(value.data)).toString().trim().split("\n");
};

describe("the static check", () => {
  test("gives the whole configuration of a good submission", async () => {
    const { check } = await sandboxWorld();
    expect(await check({ "process_data.py": GOOD })).toMatchObject({
      ok: true,
      value: { config: { max_steps: 8, method: "full" }, scriptSha256: expect.any(String) },
    });
  });

  test("holds a run to the steps of the configuration where that is smaller than the card's", async () => {
    const { check } = await sandboxWorld({ flags: { "limits.maxSteps": 5 } });
    expect(await check({ "process_data.py": GOOD })).toMatchObject({
      ok: false,
      failure: {
        class: "invalid-config",
        message: expect.stringContaining("8 is more than the 5"),
      },
    });
  });

  test.each([
    [
      "no train.yaml that parses",
      { "process_data.py": "", "train.yaml": "max_steps: [" },
      "invalid-config",
    ],
    ["an import that is not allowed", { "process_data.py": "import socket\n" }, "forbidden-import"],
    ["code that does not compile", { "process_data.py": "def f(:\n" }, "syntax-error"],
    ["no process_data.py", {}, "syntax-error"],
    [
      "a path that leaves the sources",
      { "process_data.py": "open('/etc/passwd')\n" },
      "escaping-path",
    ],
    ["a script that is too large", { "process_data.py": `#${"x".repeat(300_000)}\n` }, "too-large"],
    [
      "too much of everything",
      { "process_data.py": "", "x.txt": "x".repeat(1_100_000) },
      "too-large",
    ],
  ])("refuses %s", async (_, files, kind) => {
    const { check } = await sandboxWorld();
    expect(await check(files as Record<string, string>)).toMatchObject({
      ok: false,
      failure: { class: kind },
    });
  });

  test("ends the run for a listing whose paths leave the folder", async () => {
    const { artifacts, checkSubmission, common } = await sandboxWorld();
    const { sha256, bytes } = await artifacts.putBytes("x", "text/plain");
    const files = [{ path: "../process_data.py", sha256, bytes, executable: false }];
    const submission = await artifacts.putBytes(JSON.stringify({ files }), TREE_MEDIA_TYPE);
    await expect(once(() => checkSubmission({ ...common, submission }))).rejects.toMatchObject({
      type: "DataRefused",
      nonRetryable: true,
    });
  });
});

describe("curation", () => {
  test("gives rows with their statistics; the sample asks for 100", async () => {
    const place = await sandboxWorld();
    const full = await place.curate({ "process_data.py": GOOD });
    expect(full).toMatchObject({
      ok: true,
      value: { cached: false, statistics: { rows: 150, answerFormatPassRate: 1 } },
      protection: place.sandbox.protection,
    });
    expect(await rowsOf(place, full)).toHaveLength(150);
    const sample = await place.curate({ "process_data.py": GOOD }, "curateSample");
    expect(sample).toMatchObject({ ok: true, value: { statistics: { rows: 100 } } });
  });

  test("is not repeated for another train.yaml, but for another seed or script", async () => {
    const place = await sandboxWorld();
    const seeded = script("write([{'prompt': args.seed, 'completion': 'x'}])");
    const cached = async (...args: Parameters<typeof place.curate>) => {
      const result = await place.curate(...args);
      return result.ok && result.value.cached;
    };
    expect(await cached({ "process_data.py": seeded })).toBe(false);
    expect(await cached({ "process_data.py": seeded, "train.yaml": "max_steps: 9" })).toBe(true);
    expect(await cached({ "process_data.py": seeded }, "curateData", { seed: 2 })).toBe(false);
    expect(await cached({ "process_data.py": `${seeded}# other\n` })).toBe(false);
  });

  test("can't see train.yaml", async () => {
    const { curate } = await sandboxWorld();
    const body = "print(os.listdir(os.path.dirname(__file__)), file=sys.stderr)\nsys.exit(3)";
    const result = await curate({ "process_data.py": script(body) });
    expect(result).toMatchObject({
      ok: false,
      failure: { exitCode: 3, traceback: "['process_data.py']\n" },
    });
  });

  test.each([
    ["an exception, with its traceback", "raise ValueError('bad row 7')", "code-raised"],
    ["a crash", "os.abort()", "code-raised"],
    ["CPU time that is used up", "while True: pass", "cpu-limit"],
    ["memory that is used up", "kept = b'x' * 1_000_000_000\ntime.sleep(60)", "memory-limit"],
    [
      "too much output",
      "open(args.output, 'w').write('x' * 3_000_000)\ntime.sleep(60)",
      "output-limit",
    ],
    ["a link as output", "os.symlink('/etc/passwd', args.output)", "escaping-path"],
    ["a FIFO as output", "os.mkfifo(args.output)", "escaping-path"],
    ["no output", "pass", "no-rows"],
    ["no rows", "write([])", "no-rows"],
    ["rows of another shape", "write([{'prompt': 'a', 'answer': 'b'}])", "bad-rows"],
    ["rows that are no text", "write([{'prompt': 'a', 'completion': 1}])", "bad-rows"],
    ["no JSON", "open(args.output, 'w').write('hello\\n')", "bad-rows"],
    ["too many rows", "write([{'prompt': 'a', 'completion': 'b'}] * 201)", "too-large"],
  ])("tells the agent of %s", async (_, body, kind) => {
    const { curate } = await sandboxWorld({ change: small });
    const result = await curate({ "process_data.py": script(body) });
    expect(result).toMatchObject({ ok: false, failure: { class: kind } });
    const { message, traceback } = result.ok ? { message: "", traceback: "" } : result.failure;
    expect(message).not.toBe("");
    if (body.includes("raise")) {
      expect(message).toContain("ValueError: bad row 7");
      expect(traceback).toContain("Traceback");
    }
  });

  test("without isolation refuses a language model's code, which an operator may allow", async () => {
    const place = await sandboxWorld({ bubblewrap: "off" });
    const files = { "process_data.py": GOOD };
    const model = { writtenBy: "language-model" as const };
    await expect(place.curate(files, "curateData", model)).rejects.toMatchObject({
      type: "ProtectionRefused",
      nonRetryable: true,
    });
    expect(
      await place.curate(files, "curateData", { ...model, allowUnprotected: true }),
    ).toMatchObject({
      ok: true,
      protection: "unprotected",
    });
  });

  test("that was cancelled leaves nothing behind", async () => {
    const place = await sandboxWorld();
    const submission = await submissionOf(place, { "process_data.py": script("time.sleep(600)") });
    const raw = await place.artifacts.putTree(folderOf({ "textbook.jsonl": "" }));
    const { curateData } = createSandboxActivities(place);
    const running = attempt(() =>
      curateData({ ...place.common, submission, raw, baseModel: raw, seed: 1 }),
    );
    running.cancel({ cancelRequested: true });
    await expect(running.result).rejects.toMatchObject({ name: "CancelledFailure" });
    expect(await place.sandbox.list()).toEqual([]);
  });
});

const bubblewrap = probeBubblewrap();
if (bubblewrap.works) {
  test("curation can neither reach the network nor read answers, artifacts or the repository", async () => {
    const place = await sandboxWorld();
    const body = `
import socket
found = []
for path in (${JSON.stringify(place.home)}, ${JSON.stringify(place.config.repository)}):
    if os.path.exists(path) and os.listdir(path): found.append(path)
try:
    socket.create_connection(("127.0.0.1", 1), timeout=1)
except OSError as error:
    found.append(error.strerror)
write([{"prompt": json.dumps(found), "completion": str(len(os.listdir("/proc/self/fd")))}])`;
    const result = await place.curate({ "process_data.py": script(body) });
    expect(result.ok ? result.value.statistics.sample[0]?.prompt : result.failure).toBe(
      '["Connection refused"]',
    );
  });
} else {
  missingTool("curation that can't reach answers or network", bubblewrap.reason);
}

/** The same repository, but a card whose limits are reached soon. */
const small: NonNullable<Parameters<typeof world>[0]>["change"] = (config) => {
  const repository = temporaryFolder();
  const task = join("tasks", "math", "aime25");
  mkdirSync(join(repository, task), { recursive: true });
  symlinkSync(join(REPOSITORY, "sandbox-images"), join(repository, "sandbox-images"));
  const card = readFileSync(join(REPOSITORY, task, "task.yaml"), "utf8")
    .replace(/curationCpuSeconds: .*/, "curationCpuSeconds: 1")
    .replace(/curationMemoryMb: .*/, "curationMemoryMb: 300")
    .replace(/outputMegabytes: .*/, "outputMegabytes: 2")
    .replace(/maxRows: .*/, "maxRows: 200");
  writeFileSync(join(repository, task, "task.yaml"), card);
  return { ...config, repository, origin: config.origin };
};
