import { expect, test } from "vitest";
import { paletteFor } from "../../cli/terminal/palette.ts";
import { EventLines } from "../../cli/watching/event-line.ts";
import { LiveBlock } from "../../cli/watching/live-block.ts";
import type { PendingStage } from "../../cli/watching/pending-stages.ts";
import type { Snapshot } from "../../cli/watching/snapshot.ts";
import { EventLog } from "../../cli/watching/watch-event.ts";
import { NO_USAGE } from "../../protocol/usage.ts";

const ID = "run/local/aime25/ft-agent/s7";
const plain = { ...paletteFor(process.stdout) };
for (const name of Object.keys(plain) as (keyof typeof plain)[]) plain[name] = (text) => text;

function training(done: number, changes: Partial<PendingStage> = {}): PendingStage {
  const message = `step ${done}/240, loss 0.31`;
  return {
    workflowId: `${ID}/it01`,
    activityId: "it01-train",
    stage: "trainModel",
    state: "running",
    attempt: 1,
    failure: null,
    nextAttemptAt: null,
    progress: { job: "x", state: "running", done, total: 240, message },
    ...changes,
  };
}

function snapshot(atMs: number, changes: Partial<Snapshot> = {}): Snapshot {
  const interval = { value: 0.02, low: 0, high: 0.04, n: 300 };
  return {
    id: ID,
    kind: "run",
    atMs,
    open: true,
    status: "running",
    phase: "training",
    trace: [],
    stages: [],
    view: {
      id: ID,
      task: "aime25",
      tier: "mini",
      variant: "ft-agent",
      seed: 7,
      status: "running",
      phase: "training",
      startedAt: "2026-01-01T00:00:00.000Z",
      budget: {
        iterations: 6,
        maxGpuSeconds: null,
        maxUsd: null,
        maxTokens: null,
        maxWallSeconds: null,
        targetScore: null,
      },
      iterations: [
        {
          index: 1,
          parent: null,
          hypothesis: "one format\nfor all answers",
          outcome: "running",
          stage: null,
          accepted: null,
          reason: null,
          validation: null,
          secondsByStage: { curateData: 2 },
          gpuSeconds: 0,
          usage: NO_USAGE,
        },
      ],
      baseline: interval,
      best: null,
      bestValidation: null,
      test: null,
      spent: { gpuSeconds: 4, wallSeconds: 9, usage: NO_USAGE },
      stopReason: null,
      steered: false,
      rebudgeted: false,
      protection: "bubblewrap",
      etaSeconds: null,
      pendingApproval: null,
      currentExperiment: `${ID}/it01`,
    },
    ...changes,
  };
}

const SIZE = { columns: 100, rows: 40 };

test("the live display has a bar and the time left from the steps done", () => {
  const block = new LiveBlock(plain);
  block.lines(snapshot(0, { stages: [training(60)] }), SIZE);
  const lines = block.lines(snapshot(10_000, { stages: [training(120)] }), SIZE);
  expect(lines[0]).toBe(`${ID} · training · iteration 1 of 6`);
  expect(lines.join("\n")).toContain("one format for all answers");
  expect(lines.at(-1)).toBe(
    "it01-train      ████████████············ step 120/240, loss 0.31 · 20 s left",
  );
});

test("the live display shows which attempt a stage is at and what the last one died of", () => {
  const retrying = training(60, {
    state: "retrying",
    attempt: 3,
    failure: "the worker was killed",
    nextAttemptAt: "2026-01-01T10:11:12.000Z",
  });
  const text = new LiveBlock(plain).lines(snapshot(0, { stages: [retrying] }), SIZE).join("\n");
  expect(text).toContain("attempt 3, next try at 10:11:12");
  expect(text).toContain("the worker was killed");
});

test("the live display keeps the last state while no worker answers, and says so", () => {
  const block = new LiveBlock(plain);
  block.lines(snapshot(0), SIZE);
  const text = block.lines(snapshot(1000, { view: null }), SIZE).join("\n");
  expect(text).toContain("one format for all answers");
  expect(text).toContain("no worker of the pool workflows answers; the run is safe");
});

test("each event is told once, and lines tell a job's quarters alone", () => {
  const log = new EventLog();
  const lines = new EventLines(plain);
  const event = {
    at: "2026-01-01T10:00:00.000Z",
    event: "strategy-proposed",
    iteration: 1,
    detail: "idea",
  };
  const told: string[] = [];
  const steps = [10, 50, 60, 61, 100, 125, 240];
  for (const [index, done] of steps.entries()) {
    const now = snapshot(index * 1000, { trace: [event], stages: [training(done)] });
    for (const each of log.next(now)) told.push(lines.line(each) ?? `(${each.event})`);
  }
  expect(told.filter((line) => line.includes("strategy-proposed: idea"))).toHaveLength(1);
  expect(told.filter((line) => line.includes("step "))).toEqual([
    expect.stringContaining("step 60/240"),
    expect.stringContaining("step 125/240"),
    expect.stringContaining("step 240/240"),
  ]);
});

test("a job that waits for the device is told so, once, and never as progress", () => {
  const log = new EventLog();
  const waiting = training(0, {
    progress: { job: "x", state: "waiting", done: 0, total: null, message: "trainModel" },
  });
  const told = [1, 2].flatMap((at) => log.next(snapshot(at * 1000, { stages: [waiting] })));
  expect(told.map(({ event }) => event)).toEqual(["stage-started", "stage-waiting"]);
  const lines = new LiveBlock(plain).lines(snapshot(0, { stages: [waiting] }), SIZE);
  expect(lines.at(-1)).toBe("it01-train      trainModel waits for the device");
});
