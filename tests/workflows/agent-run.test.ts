import { WorkflowFailedError } from "@temporalio/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunView } from "../../protocol/control.ts";
import { ref } from "../support/scripted-activities.ts";
import { until } from "../support/until.ts";
import { startWorld, type WorkflowWorld, withRun } from "../support/workflow-world.ts";

let world: WorkflowWorld;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world?.close());

const rising = (label: string) => ({ baseline: 0.02, it01: 0.4, it02: 0.7 })[label] ?? 0.1;

describe("a run", () => {
  test("goes through all stages in order, accepts what is better and is tested once at its end", async () => {
    await withRun(world, { script: { score: rising } }, async ({ handle, seen }) => {
      const view = await handle.result();
      expect(view.status).toBe("completed");
      expect(view.best).toBe(2);
      expect(view.iterations.map((it) => [it.index, it.accepted, it.parent])).toEqual([
        [1, true, null],
        [2, true, 1],
      ]);
      expect(view.stopReason).toBe("all 2 iterations are done");
      expect(
        seen.calls.filter((call) => call.startsWith("it01 ")).map((call) => call.slice(5)),
      ).toEqual([
        "checkSubmission",
        "curateSample",
        "probeTraining",
        "curateData",
        "auditContamination",
        "trainModel",
        "generatePredictions",
        "scorePredictions",
        "aggregateFeedback",
        "compareScores",
      ]);
      expect(seen.calls.filter((call) => call === "test openTest")).toHaveLength(1);
      const last = seen.runs.at(-1);
      expect(last).toMatchObject({
        status: "completed",
        best: 2,
        looks: 2,
        bestModel: ref("model-it02"),
      });
      expect(last?.test?.value).toBe(0.5);
    });
  });

  test("runs the programs of a task whose answers draw charts before they are scored, also in the held-out test", async () => {
    const limits = { maxUsd: null, maxTokens: null, maxWallSeconds: null, targetScore: null };
    const spec = { budget: { iterations: 1, maxGpuSeconds: null, ...limits } };
    const script = { score: rising, draws: true };
    await withRun(world, { script, spec }, async ({ handle, seen }) => {
      await handle.result();
      const last = (label: string) =>
        seen.calls
          .filter((call) => call.startsWith(`${label} `) && /generate|draw|score/.test(call))
          .map((call) => call.split(" ")[1]);
      const stages = ["generatePredictions", "drawCharts", "scorePredictions"];
      expect(last("baseline")).toEqual(stages);
      expect(last("it01")).toEqual(stages);
      expect(last("test")).toEqual(["generatePredictions", "drawCharts", "scoreTest"]);
      expect(seen.drawn).toEqual(
        ["baseline", "it01", "test"].map((label) => ref(`drawn-${label}`)),
      );
    });
  });

  test("is shown the held-out count of a limited number of audits, those that end an experiment among them", async () => {
    const fail = (stage: string, label: string) =>
      stage === "auditContamination" && label === "it01" ? ("contaminated" as const) : null;
    const limits = { maxUsd: null, maxTokens: null, maxWallSeconds: null, targetScore: null };
    const spec = { maxAudits: 2, budget: { iterations: 4, maxGpuSeconds: null, ...limits } };
    await withRun(world, { script: { score: rising, fail }, spec }, async ({ handle, seen }) => {
      await handle.result();
      expect(seen.shown).toEqual([true, true, false, false]);
    });
  });

  test("that finds nothing better tests the base model", async () => {
    await withRun(world, { script: { score: () => 0.1 } }, async ({ handle, seen }) => {
      const view = await handle.result();
      expect(view.best).toBeNull();
      expect(view.test?.value).toBe(0.5);
      expect(seen.iterations.every((it) => !it.decision.accepted)).toBe(true);
    });
  });

  test("whose agent stops is tested without further iterations", async () => {
    await withRun(world, { script: { score: rising, stopAt: 2 } }, async ({ handle }) => {
      const view = await handle.result();
      expect(view.iterations).toHaveLength(1);
      expect(view.stopReason).toBe("the agent stopped: nothing left to try");
      expect(view.test).not.toBeNull();
    });
  });

  test("gives up on an agent that gives nothing usable three times in a row", async () => {
    const script = { agentFails: () => true };
    await withRun(
      world,
      { script, spec: { budget: budget({ iterations: 9 }) } },
      async ({ handle }) => {
        const view = await handle.result();
        expect(view.iterations).toHaveLength(3);
        expect(view.stopReason).toContain("nothing usable 3 times");
        expect(view.test).not.toBeNull();
      },
    );
  });

  test("continues as new at iteration boundaries and keeps hints, scores and history", async () => {
    const spec = { budget: budget({ iterations: 3 }), continueAsNewAfter: 1 };
    await withRun(world, { script: { score: rising }, spec }, async ({ handle, seen }) => {
      await handle.signal("steer", "look at the labels");
      const view = await handle.result();
      expect(view.iterations.map((it) => it.index)).toEqual([1, 2, 3]);
      expect(view.best).toBe(2);
      expect(view.steered).toBe(true);
      expect(seen.hints.at(-1)).toEqual(["look at the labels"]);
      expect(seen.calls.filter((call) => call === "run prepareTask")).toHaveLength(1);
      const first = await world.environment.client.workflow
        .getHandle(handle.workflowId, handle.firstExecutionRunId)
        .describe();
      expect(first.status.name).toBe("CONTINUED_AS_NEW");
    });
  });
});

describe("acceptance", () => {
  test("confirms a gain that seed noise could explain with another training seed, and accepts the mean", async () => {
    const score = (label: string) => ({ baseline: 0.1, it01: 0.15, "it01-c1": 0.14 })[label] ?? 0.1;
    const spec = { budget: budget({ iterations: 1 }) };
    await withRun(
      world,
      { script: { score, seedSpread: 0.05 }, spec },
      async ({ handle, seen, spec }) => {
        const view = await handle.result();
        expect(view.iterations[0]?.accepted).toBe(true);
        expect(view.iterations[0]?.reason).toContain("mean over two training seeds");
        expect(seen.iterations[0]?.experiments).toEqual([`${spec.id}/it01`, `${spec.id}/it01-c1`]);
        expect(seen.trainSeeds.it01).not.toBe(seen.trainSeeds["it01-c1"]);
        expect(seen.calls.filter((call) => call.startsWith("it01-c1 "))).not.toContain(
          "it01-c1 curateData",
        );
        expect(seen.runs.at(-1)?.looks).toBe(2);
      },
    );
  });

  test("rejects a gain that the second training seed does not confirm", async () => {
    const score = (label: string) => ({ baseline: 0.1, it01: 0.15, "it01-c1": 0.02 })[label] ?? 0.1;
    const spec = { budget: budget({ iterations: 1 }) };
    await withRun(world, { script: { score, seedSpread: 0.05 }, spec }, async ({ handle }) => {
      const view = await handle.result();
      expect(view.iterations[0]?.accepted).toBe(false);
      expect(view.iterations[0]?.reason).toContain("did not confirm");
      expect(view.best).toBeNull();
    });
  });
});

describe("a candidate's failure", () => {
  test("in fail-fast validation is repaired as an experiment of its own", async () => {
    const fail = (stage: string, label: string) =>
      stage === "curateSample" && label === "it01" ? "bad-rows" : null;
    const spec = { budget: budget({ iterations: 1 }) };
    await withRun(
      world,
      { script: { score: () => 0.9, fail }, spec },
      async ({ handle, seen, spec }) => {
        const view = await handle.result();
        expect(seen.iterations[0]?.experiments).toEqual([`${spec.id}/it01`, `${spec.id}/it01-r1`]);
        expect(seen.experiments[0]?.result).toMatchObject({
          outcome: "failed",
          stage: "curateSample",
        });
        expect(seen.calls).not.toContain("it01 trainModel");
        expect(view.iterations[0]?.outcome).toBe("completed");
      },
    );
  });

  test("that repairs do not mend ends the iteration, bounded, and the run goes on", async () => {
    const fail = (stage: string, label: string) =>
      stage === "checkSubmission" && label.startsWith("it01") ? "syntax-error" : null;
    await withRun(world, { script: { score: rising, fail } }, async ({ handle, seen }) => {
      const view = await handle.result();
      expect(seen.iterations[0]?.experiments).toHaveLength(3);
      expect(view.iterations[0]).toMatchObject({
        outcome: "failed",
        stage: "checkSubmission",
        accepted: false,
      });
      expect(view.iterations[1]?.accepted).toBe(true);
    });
  });

  test.each(["curateData", "auditContamination", "trainModel"] as const)(
    "in %s is a result, not a retry",
    async (stage) => {
      const fail = (at: string) => (at === stage ? "diverged" : null);
      const spec = { budget: budget({ iterations: 1 }) };
      await withRun(world, { script: { fail }, spec }, async ({ handle, seen }) => {
        const view = await handle.result();
        expect(view.status).toBe("completed");
        expect(view.iterations[0]).toMatchObject({ outcome: "failed", stage });
        expect(seen.calls.filter((call) => call === `it01 ${stage}`)).toHaveLength(1);
      });
    },
  );
});

describe("an infrastructure fault", () => {
  test("is retried and leaves no trace in the scores", async () => {
    let faults = 0;
    const onStart = (activity: string) => {
      if (activity === "trainModel" && faults++ < 2) throw new Error("the device fell off the bus");
    };
    const spec = { budget: budget({ iterations: 1 }) };
    await withRun(world, { script: { score: rising, onStart }, spec }, async ({ handle, seen }) => {
      const view = await handle.result();
      expect(view.iterations[0]).toMatchObject({ outcome: "completed", accepted: true });
      expect(seen.calls.filter((call) => call === "it01 trainModel")).toHaveLength(3);
    });
  });
});

describe("control", () => {
  test("pause stops before the next stage, resume goes on", async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const onStart = (activity: string, label: string) =>
      activity === "curateSample" && label === "it01" ? held : undefined;
    const spec = { budget: budget({ iterations: 1 }) };
    await withRun(
      world,
      { script: { score: rising, onStart }, spec },
      async ({ handle, seen, spec }) => {
        await until(() => (seen.calls.includes("it01 curateSample") ? true : null), "the sample");
        await handle.signal("pause");
        const child = world.environment.client.workflow.getHandle(`${spec.id}/it01`);
        await until(async () => {
          const history = await child.fetchHistory();
          return history.events?.some(
            (event) => event.workflowExecutionSignaledEventAttributes?.signalName === "pause",
          )
            ? true
            : null;
        }, "the pause to reach the experiment");
        release();
        await until(async () => {
          const { raw } = await child.describe();
          return (raw.pendingActivities ?? []).length === 0 ? true : null;
        }, "the stage at hand to end");
        expect((await handle.query<RunView, []>("status")).status).toBe("paused");
        expect(seen.calls).not.toContain("it01 probeTraining");
        await handle.signal("resume");
        expect((await handle.result()).status).toBe("completed");
      },
    );
  });

  test("a cancelled run cancels its experiment and is recorded as cancelled", async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const onStart = (activity: string) => (activity === "curateData" ? held : undefined);
    await withRun(world, { script: { onStart } }, async ({ handle, seen, spec }) => {
      await until(() => (seen.calls.includes("it01 curateData") ? true : null), "curation");
      await handle.cancel();
      release();
      await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
      expect(seen.runs.at(-1)).toMatchObject({
        status: "cancelled",
        stopReason: "cancelled by the operator",
      });
      const child = await world.environment.client.workflow.getHandle(`${spec.id}/it01`).describe();
      expect(child.status.name).toBe("CANCELLED");
    });
  });

  test("approve lets a proposal through; a refusal becomes a hint", async () => {
    await withRun(
      world,
      { script: { score: rising }, spec: { approve: true } },
      async ({ handle, seen }) => {
        await until(
          async () => (await handle.query<RunView, []>("status")).pendingApproval,
          "the first proposal",
        );
        await expect(
          handle.executeUpdate("approve", {
            args: [{ iteration: 2, approved: true, reason: null }],
          }),
        ).rejects.toThrow();
        await handle.executeUpdate("approve", {
          args: [{ iteration: 1, approved: false, reason: "too bold" }],
        });
        await until(
          async () =>
            (await handle.query<RunView, []>("status")).pendingApproval?.iteration === 2
              ? true
              : null,
          "the second",
        );
        await handle.executeUpdate("approve", {
          args: [{ iteration: 2, approved: true, reason: null }],
        });
        const view = await handle.result();
        expect(view.iterations[0]?.reason).toContain("too bold");
        expect(seen.calls).not.toContain("it01 checkSubmission");
        expect(seen.hints[1]?.[0]).toContain("too bold");
      },
    );
  });

  test("setBudget refuses what makes no sense and changes what does", async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const onStart = (activity: string) => (activity === "proposeStrategy" ? held : undefined);
    await withRun(world, { script: { score: rising, onStart } }, async ({ handle, seen }) => {
      await until(() => (seen.calls.includes("it1 proposeStrategy") ? true : null), "the proposal");
      await expect(
        handle.executeUpdate("setBudget", { args: [{ iterations: -1 }] }),
      ).rejects.toThrow();
      await expect(handle.executeUpdate("setBudget", { args: [{}] })).rejects.toThrow();
      await handle.executeUpdate("setBudget", { args: [{ iterations: 1 }] });
      release();
      const view = await handle.result();
      expect(view.iterations).toHaveLength(1);
      expect(view.rebudgeted).toBe(true);
    });
  });

  test.each([
    ["device time", { maxGpuSeconds: 1 }, "device time"],
    ["tokens", { maxTokens: 10 }, "tokens"],
    ["money", { maxUsd: 0.001 }, "USD"],
    ["the target score", { targetScore: 0.3 }, "target score"],
  ])("a run stops when its budget of %s is used up", async (_name, limit, words) => {
    const spec = { budget: budget({ iterations: 9, ...limit }) };
    await withRun(
      world,
      { script: { score: rising, gpuSeconds: 0.5 }, spec },
      async ({ handle }) => {
        const view = await handle.result();
        expect(view.iterations.length).toBeLessThan(3);
        expect(view.stopReason).toContain(words);
        expect(view.test).not.toBeNull();
      },
    );
  });

  test("a run stops when validation is perfect, for the rule accepts gains alone", async () => {
    const spec = { budget: budget({ iterations: 9 }) };
    await withRun(
      world,
      { script: { score: (label) => (label === "baseline" ? 0.2 : 1) }, spec },
      async ({ handle }) => {
        const view = await handle.result();
        expect(view.iterations).toHaveLength(1);
        expect(view.stopReason).toContain("the most there is");
      },
    );
  });
});

describe("the Temporal UI", () => {
  test("shows a summary on every activity and child, details, memo and search attributes", async () => {
    const spec = { budget: budget({ iterations: 1 }) };
    await withRun(world, { script: { score: rising }, spec }, async ({ handle, spec }) => {
      await handle.result();
      const { client } = world.environment;
      for (const id of [spec.id, `${spec.id}/it01`]) {
        const history = await client.workflow.getHandle(id).fetchHistory();
        const scheduled = (history.events ?? []).filter(
          (event) => event.activityTaskScheduledEventAttributes != null,
        );
        expect(scheduled.length).toBeGreaterThan(3);
        for (const event of scheduled) expect(event.userMetadata?.summary?.data).toBeTruthy();
      }
      const description = await handle.describe();
      expect(description.memo?.result).toMatchObject({ status: "completed", best: 1 });
      const found = await until(async () => {
        const query = `DojoVariant = "ft-agent" AND DojoDomain = "math" AND DojoStudy = "${spec.study}"`;
        const ids: string[] = [];
        for await (const workflow of client.workflow.list({ query })) ids.push(workflow.workflowId);
        return ids.length === 1 ? ids : null;
      }, "the experiment to be found by its attributes");
      expect(found).toEqual([`${spec.id}/it01`]);
    });
  });
});

function budget(limits: Record<string, number>) {
  return {
    iterations: 2,
    maxGpuSeconds: null,
    maxUsd: null,
    maxTokens: null,
    maxWallSeconds: null,
    targetScore: null,
    ...limits,
  };
}
