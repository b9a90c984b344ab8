import { describe, expect, test } from "vitest";
import { planKey } from "../../agents/ft-agent/builtin/plan.ts";
import { createAgent } from "../../agents/index.ts";
import { strategySchema } from "../../protocol/strategy.ts";
import { makeContext } from "./fixtures.ts";
import { respond, runScripted, type Truth, trueScore } from "./scripted-environment.ts";

const agent = createAgent({ name: "ft-agent", backbone: "builtin" });

/** Noise that checks find, in the forum; a high learning rate. */
const findable: Truth = {
  noise: { "gamma-forum": 0.5, "beta-notes": 0.15 },
  findable: 0.95,
  bestRate: 3e-3,
  rateCost: 0.5,
  unparsed: 0,
};
/** Noise that no check finds: only leaving the source out helps. */
const hidden: Truth = {
  noise: { "gamma-forum": 0.6 },
  findable: 0,
  bestRate: 2e-3,
  rateCost: 0.5,
  unparsed: 0,
};
/** A low learning rate, clean data. */
const gentle: Truth = { noise: {}, findable: 0, bestRate: 3e-4, rateCost: 0.8, unparsed: 0 };

describe("the builtin strategist in a scripted environment", () => {
  test.each([
    ["noise that checks find", findable],
    ["noise that only leaving a source out removes", hidden],
    ["a low learning rate", gentle],
  ])("finds the good region within six iterations: %s", async (_, truth) => {
    const { accepted, plans } = await runScripted(agent, (plan) => respond(truth, plan));
    const scores = plans.map((plan) => trueScore(truth, plan).toFixed(2)).join(" ");
    expect(accepted && trueScore(truth, accepted), scores).toBeGreaterThanOrEqual(0.9);
  });

  test.each([
    ["noise that checks find", findable, gentle],
    ["a low learning rate", gentle, findable],
  ])("does clearly worse with another environment's feedback: %s", async (_, truth, other) => {
    const own = await runScripted(agent, (plan) => respond(truth, plan));
    const swapped = await runScripted(agent, (plan) => respond(other, plan));
    const reached = (plan: typeof own.accepted) => (plan ? trueScore(truth, plan) : 0);
    expect(reached(swapped.accepted)).toBeLessThan(0.75 * reached(own.accepted));
  });

  test("never proposes a plan twice, and says when nothing is left", async () => {
    const flat = { ...findable, noise: {}, rateCost: 0 };
    const { plans, history } = await runScripted(agent, (plan) => respond(flat, plan), {}, 120);
    expect(new Set(plans.map(planKey)).size).toBe(plans.length);
    expect(plans.length).toBeGreaterThan(20);
    expect(plans.length).toBeLessThan(120);
    const proposal = await agent.propose(makeContext({ history, iteration: history.length + 1 }));
    expect(proposal).toMatchObject({ kind: "stop", reason: expect.stringContaining("tried") });
  });

  test("repeats itself exactly for the same context", async () => {
    const first = await runScripted(agent, (plan) => respond(findable, plan));
    const second = await runScripted(agent, (plan) => respond(findable, plan));
    expect(second).toEqual(first);
  });

  test("keeps to the protocol: lengths, parents, a plan in its notation", async () => {
    const { history } = await runScripted(agent, (plan) => respond(hidden, plan));
    for (const { strategy, iteration, diagnosis } of history) {
      expect(strategySchema.parse(strategy)).toEqual(strategy);
      expect(strategy.parent === null || strategy.parent < iteration).toBe(true);
      expect(diagnosis?.summary).toContain("Validation");
    }
    expect(history[1]?.strategy.parent).toBe(1);
  });

  test("names in its reason the figures that led to a step", async () => {
    const { history } = await runScripted(agent, (plan) => respond(hidden, plan), {}, 2);
    expect(history[1]?.strategy.reason).toMatch(
      /\d+% of the dev items wrong in the right format|\d+% by the loss curve|underfitting \d+%/,
    );
  });
});

describe("ablations", () => {
  const off = { failFast: false, feedback: false, memory: false };

  test("without feedback the strategist goes by scores alone", async () => {
    const ablated = { ...off, feedback: true };
    const full = await runScripted(agent, (plan) => respond(gentle, plan));
    const blind = await runScripted(agent, (plan) => respond(gentle, plan), { ablations: ablated });
    expect(blind.plans.map(planKey)).not.toEqual(full.plans.map(planKey));
    const scores = (run: typeof full) =>
      run.plans.slice(0, 3).map((plan) => trueScore(gentle, plan));
    expect(Math.max(...scores(blind))).toBeLessThan(Math.max(...scores(full)));
  });

  test("without memory the strategist goes by the last iteration alone", async () => {
    const { history } = await runScripted(agent, (plan) => respond(findable, plan), {}, 4);
    const ablations = { ...off, memory: true };
    const all = await agent.propose(makeContext({ history, best: 2, ablations }));
    const last = await agent.propose(
      makeContext({ history: history.slice(-1), best: 2, iteration: 5, ablations }),
    );
    expect(all).toEqual(last);
  });
});

describe("unusual contexts", () => {
  test("a profile that cannot be read is no reason to give up", async () => {
    const proposal = await agent.propose(makeContext({ profile: { nothing: true } }));
    expect(proposal.kind).toBe("strategy");
  });

  test("history of another agent is no reason to give up", async () => {
    const { history } = await runScripted(agent, (plan) => respond(findable, plan), {}, 1);
    const foreign = history.map((entry) => ({
      ...entry,
      submission: null,
      strategy: { ...entry.strategy, notation: "words" },
    }));
    const proposal = await agent.propose(makeContext({ history: foreign }));
    expect(proposal).toMatchObject({ kind: "strategy", strategy: { parent: null } });
  });
});
