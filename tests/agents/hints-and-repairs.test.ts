import { describe, expect, test } from "vitest";
import { readNotation } from "../../agents/ft-agent/builtin/observation.ts";
import { type Plan, withOperations } from "../../agents/ft-agent/builtin/plan.ts";
import { planOf } from "../../agents/ft-agent/builtin/render.ts";
import { repairPlan } from "../../agents/ft-agent/builtin/repair.ts";
import { createAgent } from "../../agents/index.ts";
import type { AgentContext } from "../../protocol/agent.ts";
import type { FailureClass } from "../../protocol/failure-class.ts";
import type { Feedback } from "../../protocol/feedback.ts";
import type { Stage } from "../../protocol/stage.ts";
import { CARD, completedFeedback, failedFeedback, makeContext, makeEntry } from "./fixtures.ts";

const agent = createAgent({ name: "ft-agent", backbone: "builtin" });

async function propose(context: AgentContext) {
  const proposal = await agent.propose(context);
  if (proposal.kind !== "strategy") throw new Error(proposal.reason);
  const plan = readNotation(proposal.strategy)?.plan;
  if (!plan) throw new Error("no plan");
  return { strategy: proposal.strategy, plan };
}

async function afterOne(hints: readonly string[], feedback: Feedback) {
  const first = await propose(makeContext());
  const { files } = await agent.implement(makeContext(), first.strategy, null);
  const history = [
    makeEntry(1, { strategy: first.strategy, submission: files, feedback, accepted: true }),
  ];
  const best = feedback.benchmark ? 1 : null;
  return { first, second: await propose(makeContext({ history, best, hints })) };
}

const names = (plan: Plan) => plan.sources.map(({ name }) => name);

describe("a hint of the operator", () => {
  const hints: [string, (plan: Plan) => unknown, unknown][] = [
    ["please drop gamma-forum", (plan) => names(plan).includes("gamma-forum"), false],
    [
      "I would avoid the gamma forum, it looks bad",
      (plan) => names(plan).includes("gamma-forum"),
      false,
    ],
    ["gamma-forum should be dropped", (plan) => names(plan).includes("gamma-forum"), false],
    ["don't use gamma_forum", (plan) => names(plan).includes("gamma-forum"), false],
    ["do not drop gamma-forum", (plan) => names(plan).includes("gamma-forum"), true],
    ["use alpha-book and drop gamma-forum", (plan) => names(plan).includes("alpha-book"), true],
    ["drop beta-notes, gamma-forum and delta-keys", (plan) => names(plan), ["alpha-book"]],
    ["no lora please", (plan) => plan.train.method, "full"],
    ["try epsilon-chat too", (plan) => names(plan).includes("epsilon-chat"), true],
    ["set the learning rate to 0.004", (plan) => plan.train.learning_rate, 0.004],
    ["lr = 5e-4", (plan) => plan.train.learning_rate, 5e-4],
    ["a higher learning rate, I think", (plan) => plan.train.learning_rate, 4e-3],
    ["use a lower learning rate", (plan) => plan.train.learning_rate, 1e-3],
    ["120 steps are enough", (plan) => plan.train.max_steps, 120],
    ["steps: 100000", (plan) => plan.train.max_steps, 240],
    ["fewer steps please", (plan) => plan.train.max_steps, 120],
    ["batch size 16", (plan) => plan.train.per_device_train_batch_size, 16],
    ["use LoRA", (plan) => plan.train.method, "lora"],
    ["check the arithmetic of the rows", (plan) => plan.operations.arithmetic, true],
    ["keep the majority where answers disagree", (plan) => plan.operations.conflicts, "majority"],
  ];

  test.each(hints)("'%s' is followed in the next proposal", async (hint, read, expected) => {
    const { second } = await afterOne([hint], completedFeedback({ score: 0.5 }));
    expect(read(second.plan)).toEqual(expected);
    expect(second.strategy.reason).toMatch(/^Hints: /);
  });

  test.each(hints)("'%s' is followed in the first proposal", async (hint, read, expected) => {
    const { plan } = await propose(makeContext({ hints: [hint] }));
    expect(read(plan)).toEqual(expected);
  });

  test("stays in force in later proposals, and a later hint wins over an earlier one", async () => {
    const history = [];
    for (let iteration = 1; iteration <= 4; iteration += 1) {
      const hints =
        iteration < 3 ? ["drop gamma-forum"] : ["drop gamma-forum", "use gamma-forum after all"];
      const context = makeContext({ history: [...history], best: iteration > 1 ? 1 : null, hints });
      const { strategy, plan } = await propose(context);
      expect(names(plan).includes("gamma-forum")).toBe(iteration >= 3);
      const { files } = await agent.implement(context, strategy, null);
      history.push(
        makeEntry(iteration, {
          strategy,
          submission: files,
          feedback: completedFeedback({ score: 0.5 }),
        }),
      );
    }
  });

  test("that is not understood is named, not dropped in silence", async () => {
    const { strategy } = await propose(makeContext({ hints: ["think of the moon"] }));
    expect(strategy.reason).toContain('Not understood: "think of the moon"');
  });

  test("can name a source to drop and one to use at once", async () => {
    const { plan } = await propose(
      makeContext({ hints: ["drop gamma-forum but use epsilon-chat"] }),
    );
    expect(names(plan)).not.toContain("gamma-forum");
    expect(names(plan)).toContain("epsilon-chat");
  });
});

describe("a repair", () => {
  /** The plan after so many repairs of the same failure. */
  async function repaired(
    failure: FailureClass,
    stage: Stage,
    times = 1,
    change: Partial<Feedback> = {},
    hints: readonly string[] = [],
  ) {
    const context = makeContext({ hints });
    const { strategy } = await propose(context);
    let { files } = await agent.implement(context, strategy, null);
    const before = planOf(files);
    for (let number = 1; number <= times; number += 1) {
      const feedback = failedFeedback(failure, stage, change);
      ({ files } = await agent.implement(context, strategy, {
        number,
        submission: files,
        feedback,
      }));
    }
    const after = planOf(files);
    if (!before || !after) throw new Error("no plan");
    return { before, after };
  }

  test("of an exhausted memory halves the batch and keeps its product", async () => {
    const { after } = await repaired("out-of-memory", "probeTraining", 2);
    expect(after.train).toMatchObject({
      per_device_train_batch_size: 8,
      gradient_accumulation_steps: 4,
    });
  });

  test.each(["non-finite-loss", "diverged"] as const)(
    "of %s quarters the learning rate",
    async (failure) => {
      const { before, after } = await repaired(failure, "probeTraining");
      expect(after.train.learning_rate).toBeCloseTo(before.train.learning_rate / 4);
    },
  );

  test("of too much CPU time takes the costly checks away, then reads fewer rows", async () => {
    const { after } = await repaired("cpu-limit", "curateSample", 1, {}, ["check the arithmetic"]);
    expect(after.operations.arithmetic).toBe(false);
    expect((await repaired("cpu-limit", "curateSample", 1)).after.operations.readRows).toBe(8000);
    expect((await repaired("cpu-limit", "curateSample", 2)).after.operations.readRows).toBe(4000);
  });

  test("of an empty result loosens the filters, until every row is kept", async () => {
    expect((await repaired("no-rows", "curateSample", 1)).after.operations.dropDirect).toBe(false);
    const loose = (await repaired("no-rows", "curateSample", 2)).after;
    expect(loose.sources).toHaveLength(5);
    expect(loose.sources.every(({ rewrite }) => rewrite === "loose")).toBe(true);
    expect((await repaired("no-rows", "curateSample", 3)).after.operations.formatFilter).toBe(
      false,
    );
  });

  test("of too many tokens takes as many rows as fit", async () => {
    const full = completedFeedback({ score: 0, rows: 100_000 }).data;
    const { after } = await repaired("token-limit", "curateData", 1, { data: full });
    expect(after.operations.maxRows).toBe(10_000);
  });

  test("of settings that are out of bounds goes back to the defaults", async () => {
    const { after } = await repaired("invalid-config", "checkSubmission", 1, {}, [
      "learning rate 0.9",
    ]);
    expect(after.train).toMatchObject({ learning_rate: 2e-3, max_steps: 240 });
  });

  test.each([
    "code-raised",
    "bad-rows",
    "killed-repeatedly",
    "memory-limit",
    "output-limit",
  ] as const)("of %s changes the submission", async (failure) => {
    const { before, after } = await repaired(failure, "curateSample");
    expect(after).not.toEqual(before);
  });
});

describe("a failure after fail-fast validation", () => {
  test("is repaired in the next proposal", async () => {
    const { first, second } = await afterOne([], failedFeedback("diverged", "trainModel"));
    expect(second.plan.train.learning_rate).toBeCloseTo(first.plan.train.learning_rate / 4);
    expect(second.strategy.reason).toContain("diverged");
  });

  test("as a broken constraint drops the rows that break it, then the least trusted source", async () => {
    const broken = failedFeedback("constraint-violated", "auditContamination");
    // The profile shows personal data, so the first plan drops them already.
    const { first, second } = await afterOne([], broken);
    expect(first.plan.operations.personalData).toBe(true);
    expect(names(second.plan)).toHaveLength(names(first.plan).length - 1);
    const plan = withOperations(first.plan, { personalData: false });
    const repair = repairPlan(plan, broken, { card: CARD, appraisals: [] });
    expect(repair?.plan).toEqual(first.plan);
  });

  test("as contaminated leaves the least trusted source out", async () => {
    const { first, second } = await afterOne(
      [],
      failedFeedback("contaminated", "auditContamination"),
    );
    expect(names(second.plan)).toHaveLength(names(first.plan).length - 1);
  });
});
