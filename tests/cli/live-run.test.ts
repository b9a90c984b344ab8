import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { RunView } from "../../protocol/control.ts";
import { type CliWorld, startCliWorld } from "../support/cli-world.ts";
import { startTcpProxy } from "../support/tcp-proxy.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/until.ts";

let world: CliWorld;
beforeAll(async () => {
  world = await startCliWorld();
});
afterEach(() => world.releaseAll());
afterAll(() => world.close());

const rising = (label: string) => ({ baseline: 0.02, it01: 0.4, it02: 0.7 })[label] ?? 0.1;

/** A run of its own seed. */
function runArgs(seed: number, ...more: string[]): string[] {
  return ["run", "--task", "aime25", "--agent", "ft-agent", "--seed", String(seed), ...more];
}

/** Starts a run detached and waits until its view fits. */
async function startedRun(seed: number, ...more: string[]): Promise<string> {
  const started = await world.dojo(...runArgs(seed, "--detach", ...more));
  expect(started).toMatchObject({ exitCode: 0 });
  return started.stdout.trim();
}

async function viewOf(id: string): Promise<RunView> {
  return JSON.parse((await world.dojo("show", id, "--json")).stdout) as RunView;
}

async function viewWhen(id: string, fits: (view: RunView) => boolean): Promise<RunView> {
  return until(async () => {
    // On a busy machine a query may go unanswered; the next one tells.
    const { exitCode, stdout } = await world.dojo("show", id, "--json");
    const view = exitCode === 0 ? (JSON.parse(stdout) as RunView) : null;
    return view !== null && fits(view) ? view : null;
  }, `a fitting view of ${id}`);
}

test("run --json ends with the document of the contract, and 0", async () => {
  world.follow({ score: rising });
  const result = await world.dojo(...runArgs(1, "--iterations", "2", "--json"));
  expect(result.exitCode).toBe(0);
  const view = JSON.parse(result.stdout) as RunView;
  expect(view).toMatchObject({
    id: "run/local/aime25/ft-agent/s1",
    task: "aime25",
    tier: "mini",
    variant: "ft-agent",
    seed: 1,
    status: "completed",
    best: 2,
    test: { value: 0.5 },
  });
  expect(view.iterations.map(({ index, parent, accepted }) => [index, parent, accepted])).toEqual([
    [1, null, true],
    [2, 1, true],
  ]);
  expect(view.iterations[0]).toMatchObject({
    hypothesis: "idea 1",
    outcome: "completed",
    validation: { value: 0.4, n: 300 },
    usage: { calls: 1 },
  });
  expect(Object.keys(view.iterations[0]?.secondsByStage ?? {})).toContain("trainModel");
  expect(result.stderr).toContain("it01");
  expect(result.stderr).toContain("next: dojo export run/local/aime25/ft-agent/s1");
});

test("an id that exists is refused, and --again numbers the next one", async () => {
  world.follow({ score: rising });
  await world.dojo(...runArgs(2, "--iterations", "0", "--quiet"));
  const refused = await world.dojo(...runArgs(2));
  expect(refused.exitCode).toBe(2);
  expect(refused.stderr).toContain("run/local/aime25/ft-agent/s2 exists already");
  const again = await world.dojo(
    ...runArgs(2, "--again", "--iterations", "0", "--json", "--quiet"),
  );
  expect((JSON.parse(again.stdout) as RunView).id).toBe("run/local/aime25/ft-agent/s2.2");
});

test("a live run is found by the end of its id, paused, steered, given a budget, resumed and watched", async () => {
  world.follow({ score: rising });
  const release = world.hold("trainModel it01");
  const id = await startedRun(3, "--iterations", "5");
  await viewWhen(id, (view) => view.phase === "training");
  expect((await world.dojo("pause", "ft-agent/s3")).stdout).toContain(`${id} pauses`);
  expect((await viewOf("aime25/s3")).status).toBe("paused");
  const steered = await world.dojo("steer", "s3", "leave the answer keys out", "--json");
  expect(JSON.parse(steered.stdout)).toMatchObject({ id, hint: "leave the answer keys out" });
  const budget = await world.dojo("budget", id, "--iterations", "1", "--max-usd", "none", "--json");
  expect(budget.stderr).toContain("next: dojo watch");
  expect(JSON.parse(budget.stdout)).toMatchObject({ id, budget: { iterations: 1, maxUsd: null } });
  const tooFew = await world.dojo("budget", id, "--iterations", "0");
  expect(tooFew.exitCode).toBe(2);
  expect(tooFew.stderr).toContain("refuses: iterations");
  await world.dojo("resume", id);
  release();
  const watched = await world.dojo("watch", id, "--json", "--every", "0.1");
  expect(watched.exitCode).toBe(0);
  const events = watched.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { event: string; id: string; view?: RunView });
  expect(events.map((event) => event.event)).toEqual(
    expect.arrayContaining(["paused", "hint-received", "budget-changed", "resumed", "closed"]),
  );
  expect(events.every((event) => event.id === id)).toBe(true);
  expect(events.at(-1)).toMatchObject({
    event: "closed",
    view: { status: "completed", steered: true, rebudgeted: true },
  });
  const closed = await world.dojo("pause", id);
  expect(closed.exitCode).toBe(1);
  expect(closed.stderr).toContain("has closed already (completed)");
});

test("a proposal waits for approval; a refusal becomes a hint", async () => {
  world.follow({ score: rising });
  const id = await startedRun(4, "--iterations", "2", "--approve");
  await viewWhen(id, (view) => view.pendingApproval !== null);
  const refused = await world.dojo("approve", id, "--reject", "--reason", "too many steps");
  expect(refused.exitCode).toBe(0);
  await viewWhen(id, (view) => view.pendingApproval?.iteration === 2);
  expect((await world.dojo("approve", id)).stdout).toContain("approved: idea");
  expect((await world.dojo("watch", id, "--every", "0.1")).exitCode).toBe(0);
  expect((await world.dojo("approve", id)).exitCode).toBe(1);
});

test("cancel waits until the run has closed and says what it stopped", async () => {
  world.follow({ score: rising });
  const release = world.hold("trainModel it01");
  const id = await startedRun(5, "--iterations", "3");
  await viewWhen(id, (view) => view.phase === "training");
  const cancelling = world.dojo("cancel", id, "--json");
  await until(async () => {
    const { events } = await world.client.workflow.getHandle(id).fetchHistory();
    const asked = events?.some((event) => event.workflowExecutionCancelRequestedEventAttributes);
    return asked ? true : null;
  }, "the cancellation to arrive");
  release();
  const cancelled = await cancelling;
  expect(cancelled.exitCode).toBe(0);
  expect(JSON.parse(cancelled.stdout)).toMatchObject({
    id,
    status: "cancelled",
    stopped: [{ workflow: `${id}/it01`, id: "it01-train", stage: "trainModel" }],
  });
  const watched = await world.dojo("watch", id);
  expect(watched.exitCode).toBe(1);
  expect((await viewOf(id)).status).toBe("cancelled");
});

test("watching shows steps, retries and the last failure of a stage", async () => {
  let failures = 2;
  world.follow({
    score: rising,
    onStart: (activity, label) => {
      if (activity === "scorePredictions" && label === "it01" && failures-- > 0) {
        throw new Error("the disk is full");
      }
    },
  });
  const release = world.hold("trainModel it01");
  const id = await startedRun(6, "--iterations", "1");
  await viewWhen(id, (view) => view.phase === "training");
  const shown = await until(async () => {
    const { stdout } = await world.dojo("show", `${id}/it01`, "--json");
    return stdout.includes("step 120/240") ? stdout : null;
  }, "the trainer's progress");
  expect(JSON.parse(shown)).toMatchObject({ stages: [{ progress: { done: 120, total: 240 } }] });
  release();
  const watched = await world.dojo("watch", id, "--json", "--every", "0.05");
  expect(watched.stdout).toMatch(
    /"stage-retrying".*"detail":"the disk is full".*"name":"scorePredictions","attempt":2/,
  );
  expect((await viewOf(id)).status).toBe("completed");
});

test("an accepted model is exported whole, once", async () => {
  world.follow({ score: rising });
  await world.dojo(...runArgs(7, "--iterations", "2", "--quiet"));
  const folder = temporaryFolder();
  const out = join(folder, "model");
  const result = await world.dojo("export", "aime25/ft-agent/s7", "--out", out);
  expect(result).toMatchObject({ exitCode: 0, stderr: expect.stringContaining("MODEL_CARD.md") });
  expect(readdirSync(out).sort()).toEqual([
    "MODEL_CARD.md",
    "lineage.json",
    "model",
    "strategy.json",
    "submission",
  ]);
  const id = "run/local/aime25/ft-agent/s7";
  expect(readFileSync(join(out, "model", "weights.txt"), "utf8")).toBe(`weights of ${id}/it02`);
  expect(readFileSync(join(out, "submission", "process_data.py"), "utf8")).toBe("print(2)\n");
  expect(JSON.parse(readFileSync(join(out, "lineage.json"), "utf8"))).toMatchObject({
    run: id,
    iteration: 2,
    seeds: { train: expect.any(Number) },
  });
  expect(JSON.parse(readFileSync(join(out, "strategy.json"), "utf8"))).toMatchObject({
    strategy: { hypothesis: "idea 2" },
    decision: { accepted: true },
  });
  expect(readFileSync(join(out, "MODEL_CARD.md"), "utf8")).toContain("0.700 [0.680, 0.720]");
  const again = await world.dojo("export", id, "--out", out);
  expect(again.exitCode).toBe(2);
  expect(again.stderr).toContain("is not empty");
  expect(readdirSync(folder)).toEqual(["model"]);
});

test("runs become one page each, or one together; an experiment's page is its run's", async () => {
  world.follow({ score: rising });
  await world.dojo(...runArgs(20, "--iterations", "1", "--quiet"));
  await world.dojo(...runArgs(20, "--iterations", "0", "--quiet", "--variant", "plain"));
  const out = join(temporaryFolder(), "page.html");
  const one = await world.dojo("report", "ft-agent/s20/it01", "--out", out, "--json");
  expect(JSON.parse(one.stdout)).toEqual({ file: out, runs: ["run/local/aime25/ft-agent/s20"] });
  expect(readFileSync(out, "utf8")).toMatch(/^<!doctype html>/i);
  const both = await world.dojo("report", "ft-agent/s20", "plain/s20", "--out", out);
  expect(both).toMatchObject({ exitCode: 0 });
  expect(readFileSync(out, "utf8")).toContain("side by side");
  expect((await world.dojo("report", "ft-agent/s21", "--out", out)).exitCode).toBe(3);
});

test("a run that accepted nothing exports nothing", async () => {
  world.follow({ score: () => 0.1 });
  await world.dojo(...runArgs(8, "--iterations", "1", "--quiet"));
  const out = join(temporaryFolder(), "model");
  const result = await world.dojo("export", "aime25/ft-agent/s8", "--out", out);
  expect(result.exitCode).toBe(1);
  expect(result.stderr).toContain("the base model stands");
  expect(existsSync(out)).toBe(false);
});

test("an experiment by hand prints its feedback by level; the same files are refused", async () => {
  world.follow({ score: () => 0.6 });
  const submission = temporaryFolder();
  writeFileSync(join(submission, "process_data.py"), "print(1)\n");
  writeFileSync(join(submission, "train.yaml"), "max_steps: 240\n");
  const args = ["experiment", "--task", "aime25", "--submission", submission];
  const result = await world.dojo(...args);
  expect(result).toMatchObject({ exitCode: 0 });
  for (const level of ["L0 execution", "L1 data", "L2 training", "L3 benchmark"]) {
    expect(result.stdout).toContain(level);
  }
  expect((await world.dojo(...args)).exitCode).toBe(2);
  world.follow({ fail: (stage) => (stage === "curateSample" ? "bad-rows" : null) });
  const failed = await world.dojo(...args, "--again", "--json");
  expect(failed.exitCode).toBe(1);
  expect(JSON.parse(failed.stdout)).toMatchObject({
    outcome: "failed",
    stage: "curateSample",
    failure: { class: "bad-rows" },
    feedback: { execution: { failure: { message: "scripted bad-rows" } } },
  });
});

test("a run on the server is replayed against today's code, in all its parts", async () => {
  world.follow({ score: rising });
  await world.dojo(
    ...runArgs(9, "--iterations", "2", "--quiet", "--set", "run.continueAsNewAfter=1"),
  );
  const result = await world.dojo("replay", "aime25/ft-agent/s9", "--json");
  expect(result).toMatchObject({ exitCode: 0 });
  const document = JSON.parse(result.stdout) as { ok: boolean; parts: { problem: null }[] };
  expect(document.ok).toBe(true);
  expect(document.parts).toHaveLength(2);
});

test("an unknown id ends with 3 and near ids, a short one that fits twice with 2", async () => {
  await world.dojo(...runArgs(10, "--iterations", "0", "--quiet"));
  const result = await world.dojo("show", "run/local/aime25/ft-agent/s100");
  expect(result.exitCode).toBe(3);
  expect(result.stderr).toContain("near it: ");
  await world.dojo(...runArgs(10, "--iterations", "0", "--quiet", "--variant", "other"));
  const several = await world.dojo("show", "aime25/s10");
  expect(several.exitCode).toBe(2);
  expect(several.stderr).toContain("means several");
});

test("Ctrl-C leaves a run running and says how to watch it again", async () => {
  world.follow({ score: rising });
  const release = world.hold("trainModel it01");
  const child = spawn(
    process.execPath,
    ["cli/main.ts", ...runArgs(11, "--iterations", "1", "--json")],
    { env: { ...process.env, ...world.env } },
  );
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const exited = new Promise<number | null>((resolve) => child.on("close", resolve));
  await until(() => (stderr.includes("it01") ? true : null), "the first iteration");
  child.kill("SIGINT");
  expect(await exited).toBe(0);
  const id = "run/local/aime25/ft-agent/s11";
  expect(stderr).toContain(`watch it again with: dojo watch ${id}`);
  expect((await viewOf(id)).status).toBe("running");
  release();
  expect((await world.dojo("watch", id, "--every", "0.1")).exitCode).toBe(0);
});

test("the end of a terminated run is told although it could not record it", async () => {
  world.follow({ score: rising });
  const release = world.hold("trainModel it01");
  const id = await startedRun(12, "--iterations", "1");
  await viewWhen(id, (view) => view.phase === "training");
  const { Client, Connection } = await import("@temporalio/client");
  const connection = await Connection.connect({ address: world.env.TEMPORAL_ADDRESS ?? "" });
  await new Client({ connection }).workflow.getHandle(id).terminate("test");
  await connection.close();
  release();
  expect(await viewOf(id)).toMatchObject({
    status: "cancelled",
    stopReason: "terminated by the operator",
  });
});

test("a server that goes away while a run is watched is waited for", async () => {
  world.follow({ score: rising });
  const release = world.hold("trainModel it01");
  const id = await startedRun(13, "--iterations", "1");
  await viewWhen(id, (view) => view.phase === "training");
  const proxy = await startTcpProxy(world.env.TEMPORAL_ADDRESS ?? "");
  const child = spawn(process.execPath, ["cli/main.ts", "watch", id, "--every", "0.2"], {
    env: { ...process.env, ...world.env, TEMPORAL_ADDRESS: proxy.address },
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const exited = new Promise<number | null>((resolve) => child.on("close", resolve));
  await until(() => (stderr.includes("training") ? true : null), "the first events");
  await proxy.drop();
  await until(() => (stderr.includes("does not answer") ? true : null), "word of the outage");
  await proxy.restore();
  release();
  expect(await exited).toBe(0);
  expect(stderr.match(/does not answer/g)).toHaveLength(1);
  await proxy.drop();
  // The client pauses longer and longer between its attempts to reach the server again.
}, 120_000);
