import { ApplicationFailure, WorkflowUpdateFailedError } from "@temporalio/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { STUDY_CONTROL, type StudyView } from "../../protocol/study.ts";
import { cellKey, cellsOf, type StudySpec } from "../../protocol/study-spec.ts";
import { listRuns } from "../../store/runs.ts";
import { getStudy } from "../../store/studies.ts";
import { studySpec, variantSpec } from "../support/study-spec.ts";
import { withStudyWorkers } from "../support/study-world.ts";
import { until } from "../support/until.ts";
import { startWorld, type WorkflowWorld } from "../support/workflow-world.ts";

let world: WorkflowWorld;
beforeAll(async () => {
  // Histories of a few runs are long enough to continue as new.
  world = await startWorld([
    "--dynamic-config-value",
    "limit.historyCount.suggestContinueAsNew=50",
  ]);
});
afterAll(() => world?.close());

/** Ids of the runs of a study, in the store's words, sorted. */
const runIds = (spec: StudySpec) =>
  cellsOf(spec)
    .map((cell) => `run/${spec.name}/${cellKey(cell)}`)
    .sort();

describe("a study", () => {
  test("runs every cell once, so many at a time, across continuations", async () => {
    let open = 0;
    let most = 0;
    const onStart = (activity: string, label: string) => {
      if (activity === "prepareTask") most = Math.max(most, ++open);
      if (activity === "scoreTest" && label === "test") open -= 1;
    };
    await withStudyWorkers(world, { onStart }, async ({ store, start }) => {
      const spec = studySpec({ concurrency: 3 });
      const handle = await start(spec);
      const view = await handle.result();
      expect(view.status).toBe("completed");
      expect(view.counts).toEqual({
        waiting: 0,
        running: 0,
        completed: 8,
        failed: 0,
        cancelled: 0,
      });
      expect(most).toBeLessThanOrEqual(3);
      const runs = await listRuns(store.db, { study: spec.name });
      expect(runs.map(({ id }) => id).sort()).toEqual(runIds(spec));
      expect(await getStudy(store.db, spec.name)).toMatchObject({
        status: "completed",
        spec: { seeds: [1, 2] },
      });
      const first = await world.environment.client.workflow
        .getHandle(handle.workflowId, handle.firstExecutionRunId)
        .describe();
      expect(first.status.name).toBe("CONTINUED_AS_NEW");
    });
  });

  test("leaves out what is excluded", async () => {
    await withStudyWorkers(world, {}, async ({ store, start }) => {
      const spec = studySpec({ exclude: [{ task: "claims", variant: "ft-agent" }, { seed: 2 }] });
      const view = await (await start(spec)).result();
      expect(view.cells).toBe(3);
      const runs = await listRuns(store.db, { study: spec.name });
      expect(runs.map(({ id }) => id.split("/").slice(2).join("/")).sort()).toEqual([
        "claims/manual-sft/s1",
        "sums/ft-agent/s1",
        "sums/manual-sft/s1",
      ]);
    });
  });

  test("outlives a cell that infrastructure ended; fill runs that one again and no other", async () => {
    let broken = true;
    let faults = 0;
    const onStart = (activity: string) => {
      if (activity !== "openTest" || !broken || ++faults > 1) return;
      throw ApplicationFailure.create({ message: "the register is damaged", nonRetryable: true });
    };
    // Every candidate fails too: a result, and no reason to run anything again.
    const fail = () => "code-raised" as const;
    await withStudyWorkers(
      world,
      { onStart, fail: (stage) => (stage === "curateSample" ? fail() : null) },
      async ({ store, start }) => {
        const spec = studySpec({ seeds: [1], concurrency: 4 });
        const first = await (await start(spec)).result();
        expect(first.counts).toMatchObject({ completed: 3, failed: 1 });
        broken = false;
        const second = await (await start(spec, { fill: true })).result();
        expect(second.counts).toMatchObject({ completed: 4, failed: 0 });
        const runs = await listRuns(store.db, { study: spec.name });
        expect(runs).toHaveLength(5);
        expect(runs.filter(({ id }) => id.endsWith(".2"))).toHaveLength(1);
        expect(runs.filter(({ status }) => status === "failed")).toHaveLength(1);
      },
    );
  });

  test("finds out about a run that was terminated", async () => {
    const { held, release } = holding("proposeStrategy");
    await withStudyWorkers(world, { onStart: held.onStart }, async ({ store, start }) => {
      const spec = studySpec({ seeds: [1], concurrency: 4, reconcileMs: 300 });
      const handle = await start(spec);
      await held.reached(4);
      const [victim] = runIds(spec);
      await world.environment.client.workflow.getHandle(victim ?? "").terminate("test");
      await until(async () => (await status(handle)).counts.failed === 1, "the terminated cell");
      release();
      expect((await handle.result()).counts).toMatchObject({ completed: 3, failed: 1 });
      const run = (await listRuns(store.db, { study: spec.name })).find(({ id }) => id === victim);
      expect(run).toMatchObject({
        status: "failed",
        stopReason: "the workflow was terminated from outside",
      });
    });
  });

  test("that is cancelled cancels its runs, and goes on later with what is missing", async () => {
    const { held, release } = holding("proposeStrategy");
    await withStudyWorkers(world, { onStart: held.onStart }, async ({ store, start }) => {
      const spec = studySpec({ seeds: [1], reconcileMs: 300 });
      const handle = await start(spec);
      await held.reached(2);
      await handle.cancel();
      await until(
        async () =>
          (await listRuns(store.db, { study: spec.name })).every(
            ({ status }) => status === "cancelled",
          ),
        "the runs' end",
      );
      release();
      await expect(handle.result()).rejects.toThrow();
      expect(await getStudy(store.db, spec.name)).toMatchObject({
        status: "cancelled",
        counts: { waiting: 2, cancelled: 2, running: 0 },
      });
      const again = await (await start(spec)).result();
      expect(again.counts).toMatchObject({ completed: 2, cancelled: 2 });
    });
  });

  test("takes further cells, and refuses to lose or change any", async () => {
    const { held, release } = holding("proposeStrategy");
    await withStudyWorkers(world, { onStart: held.onStart }, async ({ start }) => {
      const spec = studySpec({ seeds: [1], concurrency: 1 });
      const handle = await start(spec);
      await held.reached(1);
      const amend = (next: StudySpec) =>
        handle.executeUpdate<StudyView, [StudySpec]>(STUDY_CONTROL.amend, { args: [next] });
      await expect(amend({ ...spec, seeds: [2] })).rejects.toThrow(WorkflowUpdateFailedError);
      const [variant = variantSpec("ft-agent"), ...others] = spec.variants;
      const changed = { ...variant, maxRepairs: variant.maxRepairs + 1 };
      const refusal = await amend({ ...spec, variants: [changed, ...others] }).catch((e) => e);
      expect(refusal.cause.message).toContain("variant ft-agent has other settings");
      const view = await amend({ ...spec, seeds: [0, 1], concurrency: 5 });
      expect(view).toMatchObject({ cells: 8, concurrency: 5 });
      await held.reached(5);
      release();
      expect((await handle.result()).counts.completed).toBe(8);
    });
  });

  test("pauses its runs and starts no other until it is resumed", async () => {
    const { held, release } = holding("proposeStrategy");
    await withStudyWorkers(world, { onStart: held.onStart }, async ({ start, seen }) => {
      const spec = studySpec({ seeds: [1] });
      const handle = await start(spec);
      await held.reached(2);
      await handle.signal(STUDY_CONTROL.pause);
      await until(async () => (await status(handle)).status === "paused", "the pause");
      for (const id of (await status(handle)).running) {
        const run = world.environment.client.workflow.getHandle(id);
        await until(
          async () => (await run.query<{ status: string }>("status")).status === "paused",
          "the run's pause",
        );
      }
      release();
      await until(async () => (await status(handle)).status === "paused", "the pause");
      expect(seen.calls).not.toContain("it1 implementStrategy");
      await handle.signal(STUDY_CONTROL.resume);
      expect((await handle.result()).counts.completed).toBe(4);
    });
  });
});

function status(handle: { query: <T>(name: string) => Promise<T> }): Promise<StudyView> {
  return handle.query<StudyView>(STUDY_CONTROL.status);
}

/** Lets an activity wait until `release`; `reached(n)` resolves when n of them wait. */
function holding(activity: string) {
  let waiting = 0;
  let release: () => void = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  return {
    held: {
      onStart: async (started: string) => {
        if (started !== activity) return;
        waiting += 1;
        await gate;
      },
      reached: (count: number) => until(() => waiting >= count, `${count} waiting activities`),
    },
    release,
  };
}
