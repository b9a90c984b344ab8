import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { historyEntrySchema } from "../../activities/planner/history-entry.ts";
import { createPlannerActivities } from "../../activities/planner/index.ts";
import {
  AgentFailure,
  createAgent,
  LlmRejectedError,
  LlmRetryableError,
} from "../../agents/index.ts";
import type { PlannerInput } from "../../protocol/activities.ts";
import type { Agent, AgentContext, HistoryRef } from "../../protocol/agent.ts";
import type { Feedback } from "../../protocol/feedback.ts";
import type { Diagnosis, Strategy } from "../../protocol/strategy.ts";
import { NO_USAGE } from "../../protocol/usage.ts";
import { once, RUN, world } from "./world.ts";

const STRATEGY: Strategy = {
  hypothesis: "fewer duplicates help",
  reason: "a third of the rows are copies",
  parent: null,
  focus: "data",
  dataPlan: ["drop copies"],
  trainingPlan: [],
  notation: null,
};
const DIAGNOSIS: Diagnosis = { summary: "it helped", lessons: ["copies hurt"], suggestions: [] };
const USAGE = { calls: 2, promptTokens: 30, completionTokens: 4, costUsd: 0.01 };
const FILES = { processData: "print('ü')\n", trainYaml: "max_steps: 8\n" };
const FEEDBACK: Feedback = {
  experiment: `${RUN}/it01`,
  outcome: "failed",
  stage: "curateSample",
  execution: { failure: null, secondsByStage: {}, protection: "bubblewrap" },
  data: null,
  training: null,
  benchmark: null,
  errors: null,
};

/** A planner pool whose agent does as the test says, and keeps what it was told. */
async function planning(changes: Partial<Agent> = {}) {
  const place = await world();
  const { artifacts } = place;
  const contexts: AgentContext[] = [];
  const agent: Agent = {
    writtenBy: "language-model",
    propose: async (context) => {
      contexts.push(context);
      return { kind: "strategy", strategy: STRATEGY, usage: USAGE };
    },
    implement: async () => ({ files: FILES, usage: USAGE }),
    diagnose: async () => ({ diagnosis: DIAGNOSIS, usage: USAGE }),
    ...changes,
  };
  const activities = createPlannerActivities({ ...place, agentFor: () => agent });
  const input: PlannerInput = {
    runId: RUN,
    task: "aime25",
    tier: "mini",
    agent: {
      name: "ft-agent",
      backbone: "openai",
      ablations: { failFast: false, feedback: false, memory: false },
    },
    iteration: 2,
    iterationsLeft: 3,
    seed: 5,
    profile: await artifacts.putJson({ sources: [] }),
    history: [],
    baseline: { value: 0, low: 0, high: 0.1, n: 300 },
    best: null,
    hints: ["look at the format"],
    budget: {
      iterations: 4,
      maxGpuSeconds: null,
      maxUsd: null,
      maxTokens: null,
      maxWallSeconds: null,
      targetScore: null,
    },
  };
  const diagnose = (feedback: Feedback | null = FEEDBACK) =>
    once(async () =>
      activities.diagnoseExperiment({
        ...input,
        strategy: STRATEGY,
        submission: null,
        repairs: 1,
        feedback: feedback === null ? null : await artifacts.putJson(feedback),
        decision: { accepted: false, reason: "it failed" },
      }),
    );
  return { ...place, activities, input, contexts, diagnose };
}

const failing = (error: Error) => ({
  propose: async () => {
    throw error;
  },
});

describe("a proposal", () => {
  test("is made from card, profile, hints and the whole history", async () => {
    const { activities, input, contexts, diagnose } = await planning();
    const diagnosed = await diagnose();
    if (!diagnosed.ok) throw new Error(diagnosed.failure.message);
    const history: HistoryRef[] = [{ iteration: 1, entry: diagnosed.value.entry }];
    const proposed = await once(() => activities.proposeStrategy({ ...input, history }));
    expect(proposed).toEqual({
      ok: true,
      value: { kind: "strategy", strategy: STRATEGY },
      usage: USAGE,
    });
    const [context] = contexts;
    expect(context).toMatchObject({ profile: { sources: [] }, hints: input.hints, seed: 5 });
    expect(context?.history).toMatchObject([
      { strategy: STRATEGY, repairs: 1, feedback: FEEDBACK, diagnosis: DIAGNOSIS },
    ]);
    expect(context?.card).toMatchObject({ id: "aime25", contextLength: 256 });
    // What the environment keeps for itself.
    expect(JSON.stringify(context?.card)).not.toMatch(/seedSpread|template"|splits/);
  });

  test("may be to stop", async () => {
    const { activities, input } = await planning({
      propose: async () => ({ kind: "stop", reason: "nothing left", usage: NO_USAGE }),
    });
    expect(await once(() => activities.proposeStrategy(input))).toMatchObject({
      ok: true,
      value: { kind: "stop", reason: "nothing left" },
    });
  });

  test("that can't be used is the agent's failure, and is paid for", async () => {
    const refusal = new AgentFailure("the model declined", {
      reason: "refusal",
      text: "I can't",
      finishReason: "stop",
      usage: USAGE,
    });
    const { activities, input } = await planning(failing(refusal));
    expect(await once(() => activities.proposeStrategy(input))).toEqual({
      ok: false,
      failure: {
        class: "agent-failed",
        message: "the model declined",
        exitCode: null,
        traceback: "I can't",
      },
      usage: USAGE,
    });
  });

  test("of another shape than the protocol's is the agent's failure too", async () => {
    const { activities, input } = await planning({
      propose: async () => ({
        kind: "strategy",
        strategy: { ...STRATEGY, hypothesis: "x".repeat(601) },
        usage: USAGE,
      }),
    });
    expect(await once(() => activities.proposeStrategy(input))).toMatchObject({
      ok: false,
      failure: { class: "agent-failed", message: expect.stringContaining("hypothesis") },
      usage: USAGE,
    });
  });

  test("waits as long as a busy endpoint asks for", async () => {
    const busy = new LlmRetryableError("429", { status: 429, retryAfterMs: 7000 });
    const { activities, input } = await planning(failing(busy));
    await expect(once(() => activities.proposeStrategy(input))).rejects.toMatchObject({
      type: "LanguageModelUnavailable",
      nonRetryable: false,
      nextRetryDelay: 7000,
    });
  });

  test("ends the run where the endpoint will never take the request", async () => {
    const wrongKey = new LlmRejectedError("401 wrong key", { kind: "authentication", status: 401 });
    const { activities, input } = await planning(failing(wrongKey));
    await expect(once(() => activities.proposeStrategy(input))).rejects.toMatchObject({
      type: "LanguageModelRejected",
      nonRetryable: true,
    });
  });

  test("ends the run at once where the backbone has no key", async () => {
    const place = await world();
    const { backbones } = place.config;
    const activities = createPlannerActivities({
      ...place,
      agentFor: ({ name, backbone }) => createAgent({ name, backbone, backbones, env: {} }),
    });
    const { input } = await planning();
    const profile = await place.artifacts.putJson({});
    await expect(
      once(() => activities.proposeStrategy({ ...input, profile })),
    ).rejects.toMatchObject({
      type: "LanguageModelRejected",
      message: expect.stringContaining("OPENAI_API_KEY"),
    });
  });

  test("ends the run when the profile is gone from the store", async () => {
    const { activities, input } = await planning();
    const { bytes, mediaType } = input.profile;
    const sha256 = "0".repeat(64);
    const profile = { uri: `cas:${sha256}`, sha256, bytes, mediaType };
    await expect(
      once(() => activities.proposeStrategy({ ...input, profile })),
    ).rejects.toMatchObject({ type: "DataDamaged", nonRetryable: true });
  });
});

describe("an implementation", () => {
  test("becomes a folder with the two files, letter for letter", async () => {
    const { activities, input, artifacts, home } = await planning();
    const implemented = await once(() =>
      activities.implementStrategy({ ...input, strategy: STRATEGY, repair: null }),
    );
    if (!implemented.ok) throw new Error(implemented.failure.message);
    const { submission, writtenBy } = implemented.value;
    expect(writtenBy).toBe("language-model");
    await artifacts.materialize(submission, `${home}/seen`);
    expect(readdirSync(`${home}/seen`).sort()).toEqual(["process_data.py", "train.yaml"]);
    expect(readFileSync(`${home}/seen/process_data.py`, "utf8")).toBe(FILES.processData);
  });

  test("that repairs gets the refused files and the feedback", async () => {
    const repairs: unknown[] = [];
    const { activities, input, artifacts } = await planning({
      implement: async (_context, _strategy, repair) => {
        repairs.push(repair);
        return { files: FILES, usage: USAGE };
      },
    });
    const first = await once(() =>
      activities.implementStrategy({ ...input, strategy: STRATEGY, repair: null }),
    );
    if (!first.ok) throw new Error(first.failure.message);
    const { submission } = first.value;
    const feedback = await artifacts.putJson(FEEDBACK);
    const repair = { number: 1, submission, feedback };
    await once(() => activities.implementStrategy({ ...input, strategy: STRATEGY, repair }));
    expect(repairs).toEqual([null, { number: 1, submission: FILES, feedback: FEEDBACK }]);
  });

  test("without a script is the agent's failure", async () => {
    const { activities, input } = await planning({
      implement: async () => ({ files: { ...FILES, processData: "" }, usage: USAGE }),
    });
    expect(
      await once(() =>
        activities.implementStrategy({ ...input, strategy: STRATEGY, repair: null }),
      ),
    ).toMatchObject({ ok: false, failure: { class: "agent-failed" } });
  });
});

describe("a diagnosis", () => {
  test("that the agent can't give leaves the iteration in the history all the same", async () => {
    const failure = new AgentFailure("cut off", {
      reason: "truncated",
      text: null,
      finishReason: "length",
      usage: USAGE,
    });
    const { diagnose, artifacts } = await planning({
      diagnose: async () => {
        throw failure;
      },
    });
    const diagnosed = await diagnose();
    if (!diagnosed.ok) throw new Error(diagnosed.failure.message);
    expect(diagnosed).toMatchObject({ value: { diagnosis: null }, usage: USAGE });
    expect(await artifacts.readJson(diagnosed.value.entry, historyEntrySchema)).toMatchObject({
      strategy: STRATEGY,
      feedback: FEEDBACK,
      diagnosis: null,
    });
  });

  test("of an iteration without an experiment asks nobody", async () => {
    const { diagnose } = await planning({
      diagnose: async () => {
        throw new Error("it was asked");
      },
    });
    expect(await diagnose(null)).toMatchObject({ ok: true, value: { diagnosis: null } });
  });
});
