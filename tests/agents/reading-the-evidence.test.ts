import { describe, expect, test } from "vitest";
import { appraiseSources } from "../../agents/ft-agent/builtin/appraisal.ts";
import { firstPlan } from "../../agents/ft-agent/builtin/first-plan.ts";
import { readProfile } from "../../agents/ft-agent/builtin/profile.ts";
import { readSymptoms } from "../../agents/ft-agent/builtin/symptoms.ts";
import type { AgentTaskCard } from "../../protocol/agent.ts";
import type { Feedback } from "../../protocol/feedback.ts";
import { CARD, completedFeedback, PROFILE } from "./fixtures.ts";

const appraise = (profile: unknown, card: AgentTaskCard = CARD) =>
  appraiseSources(
    card,
    readProfile(
      profile,
      card.sources.map(({ name }) => name),
    ),
  );

describe("the profile", () => {
  test("ranks sources: in order first, conflicts and no answers last", () => {
    const names = appraise(PROFILE).map(({ name }) => name);
    expect(names[0]).toBe("alpha-book");
    expect(names.slice(-2).toSorted()).toEqual(["epsilon-chat", "gamma-forum"]);
  });

  test("raises a source that agrees with another one, lowers one that agrees with none", () => {
    const overlap = (source: string, agreement: number) => ({
      source,
      other: "delta-keys",
      share: 0.1,
      agreement,
    });
    const trust = (agreement: number) =>
      appraise({ ...PROFILE, overlaps: [overlap("beta-notes", agreement)] }).find(
        ({ name }) => name === "beta-notes",
      )?.trust ?? 0;
    expect(trust(1)).toBeGreaterThan(trust(0.3));
  });

  test("decides the first plan: usable sources, a cure for each defect that it shows, nothing else", () => {
    const { plan, reasons } = firstPlan(CARD, appraise(PROFILE));
    expect(plan.sources.map(({ name, rewrite }) => [name, rewrite]).toSorted()).toEqual([
      ["alpha-book", "none"],
      ["beta-notes", "stated"],
      ["delta-keys", "none"],
      ["gamma-forum", "none"],
    ]);
    expect(plan.operations).toMatchObject({
      personalData: true,
      formatFilter: true,
      dropDirect: true,
      dedupe: "normalized",
      lengthOutliers: 2.5,
      arithmetic: false,
      invariants: null,
      votes: false,
      conflicts: "keep",
    });
    expect(reasons.join("; ")).toContain("epsilon-chat");
  });

  test("without defects calls for no cure", () => {
    const clean = { sources: PROFILE.sources.map(({ name }) => ({ name, rows: 500 })) };
    const { plan } = firstPlan(CARD, appraise(clean));
    expect(plan.sources).toHaveLength(5);
    expect(plan.operations).toMatchObject({
      personalData: false,
      dropDirect: false,
      dedupe: "exact",
      lengthOutliers: null,
    });
  });

  test("need not show what the card forbids for the first plan to leave it out", () => {
    const clean = { sources: PROFILE.sources.map(({ name }) => ({ name, rows: 500 })) };
    const card = { ...CARD, constraints: { personalData: "forbidden" as const } };
    const { plan, reasons } = firstPlan(card, appraise(clean, card));
    expect(plan.operations.personalData).toBe(true);
    expect(reasons.join("; ")).toContain("the card forbids them");
  });

  test("of the full tier starts with a learning rate for large models", () => {
    const { plan } = firstPlan({ ...CARD, tier: "full" }, appraise(PROFILE));
    expect(plan.train.learning_rate).toBeLessThanOrEqual(1e-4);
  });
});

describe("the feedback", () => {
  const symptoms = (feedback: Feedback | null) => readSymptoms(CARD, feedback);

  test("tells wrong answers from those in the wrong format, by the predictions themselves", () => {
    const found = symptoms(completedFeedback({ score: 0.5, unparsed: 0.2 }));
    expect(found.unparsed).toBeCloseTo(0.2);
    expect(found.wrong).toBeCloseTo(0.3);
    expect(found.direct).toBe(0);
  });

  test("tells underfitting, overfitting and instability by the losses", () => {
    const falling = symptoms(
      completedFeedback({ score: 0.5, trainLoss: 0.4, curve: [3, 2, 1.5, 1.2, 1, 0.8, 0.6, 0.5] }),
    );
    const settled = symptoms(
      completedFeedback({
        score: 0.5,
        trainLoss: 0.04,
        curve: [3, 0.3, 0.1, 0.05, 0.04, 0.04, 0.04, 0.04],
      }),
    );
    const apart = symptoms(completedFeedback({ score: 0.5, trainLoss: 0.02, holdoutLoss: 0.9 }));
    const jumping = symptoms(
      completedFeedback({ score: 0.5, curve: [3, 0.3, 0.2, 0.9, 1.2, 1, 1.3, 1.1] }),
    );
    expect(falling.underfit).toBeGreaterThan(0.5);
    expect(settled.underfit).toBeLessThan(0.1);
    expect(apart.overfit).toBe(1);
    expect(settled.overfit).toBe(0);
    expect(jumping.unstable).toBe(1);
    expect(settled.unstable).toBe(0);
  });

  test("tells scarce data", () => {
    expect(symptoms(completedFeedback({ score: 0.5, rows: 150 })).scarce).toBeCloseTo(0.9);
    expect(symptoms(completedFeedback({ score: 0.5, rows: 5000 })).scarce).toBe(0);
  });

  test("that is missing is unknown, not zero", () => {
    const found = symptoms(null);
    expect(found).toMatchObject({
      headroom: 1,
      wrong: null,
      unparsed: null,
      underfit: null,
      scarce: null,
    });
  });
});
