import { afterEach, describe, expect, test } from "vitest";
import { AgentFailure, createAgent, LlmRetryableError } from "../../agents/index.ts";
import type { Strategy } from "../../protocol/strategy.ts";
import { type Answer, type ChatServer, startChatServer } from "../llm/chat-server.ts";
import { completedFeedback, failedFeedback, makeContext, makeEntry } from "./fixtures.ts";

let server: ChatServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

async function agentOver(...script: readonly Answer[]) {
  server = await startChatServer(script);
  const settings = {
    baseUrl: server.baseUrl,
    model: "scripted",
    apiKeyEnv: "SCRIPTED_KEY",
    pricePerMillion: { promptUsd: 10, completionUsd: 100 },
    maxCompletionTokens: 500,
    temperature: null,
    timeoutMs: 10_000,
    maxRepairs: 1,
  };
  return createAgent({
    name: "ft-agent",
    backbone: "mine",
    backbones: { mine: settings },
    env: { SCRIPTED_KEY: "k" },
  });
}

const say = (value: unknown): Answer => ({ kind: "reply", content: JSON.stringify(value) });
const draft = {
  hypothesis: "clean data helps",
  reason: "the profile shows noise",
  parent: null,
  focus: "data" as const,
  dataPlan: ["drop the forum"],
  trainingPlan: ["240 steps"],
};
const strategy: Strategy = { ...draft, notation: null };

function sent(request: number): string {
  const messages = server?.requests[request]?.body.messages as { content: string }[];
  return messages.map(({ content }) => content).join("\n");
}

describe("propose", () => {
  test("gives the model's strategy and what it cost", async () => {
    const agent = await agentOver(say({ stop: null, strategy: draft }));
    const proposal = await agent.propose(makeContext());
    expect(proposal).toMatchObject({
      kind: "strategy",
      strategy,
      usage: { calls: 1, promptTokens: 100 },
    });
    expect(agent.writtenBy).toBe("language-model");
  });

  test("shows the card, the profile, every experiment with its lessons, and the hints", async () => {
    const entry = {
      ...makeEntry(1, { strategy, submission: null, feedback: completedFeedback({ score: 0.42 }) }),
      diagnosis: { summary: "went well", lessons: ["the forum is noisy: -0.10"], suggestions: [] },
    };
    const agent = await agentOver(say({ stop: null, strategy: { ...draft, parent: 1 } }));
    await agent.propose(makeContext({ history: [entry], best: 1, hints: ["look at beta"] }));
    const prompt = sent(0);
    for (const shown of [
      "Made-up sums",
      "conflictingPromptShare",
      "validation 0.420",
      "the forum is noisy: -0.10",
      "look at beta",
      "L4 errors",
    ]) {
      expect(prompt).toContain(shown);
    }
  });

  test("shows neither feedback nor earlier experiments that an ablation hides", async () => {
    const entries = [1, 2].map((iteration) =>
      makeEntry(iteration, {
        strategy: { ...strategy, hypothesis: `idea ${iteration}` },
        submission: null,
        feedback: completedFeedback({ score: 0.42 }),
      }),
    );
    const agent = await agentOver(say({ stop: "nothing left", strategy: null }));
    const proposal = await agent.propose(
      makeContext({
        history: entries,
        ablations: { failFast: false, feedback: true, memory: true },
      }),
    );
    expect(proposal).toMatchObject({ kind: "stop", reason: "nothing left" });
    expect(sent(0)).not.toContain("idea 1");
    expect(sent(0)).toContain("validation 0.420");
    expect(sent(0)).not.toContain("lossCurve");
    expect(sent(0)).not.toContain("L4 errors");
  });

  test("asks again for a parent that does not exist", async () => {
    const agent = await agentOver(
      say({ stop: null, strategy: { ...draft, parent: 7 } }),
      say({ stop: null, strategy: draft }),
    );
    const proposal = await agent.propose(makeContext());
    expect(proposal).toMatchObject({ kind: "strategy", usage: { calls: 2 } });
    expect(sent(1)).toContain("no such iteration");
  });

  test("cuts what is too long instead of asking again", async () => {
    const long = {
      ...draft,
      hypothesis: "h".repeat(900),
      dataPlan: Array.from({ length: 30 }, () => "s"),
    };
    const agent = await agentOver(say({ stop: null, strategy: long }));
    const proposal = await agent.propose(makeContext());
    if (proposal.kind !== "strategy") throw new Error("stopped");
    expect(proposal.strategy.hypothesis).toHaveLength(600);
    expect(proposal.strategy.dataPlan).toHaveLength(20);
  });
});

describe("implement", () => {
  const files = { processData: "print(1)\n", trainYaml: "learning_rate: 0.002\n" };

  test("gives both files, and asks again where train.yaml breaks the rules", async () => {
    const agent = await agentOver(say({ ...files, trainYaml: "learning_rte: 1\n" }), say(files));
    const { files: given, usage } = await agent.implement(makeContext(), strategy, null);
    expect(given).toEqual(files);
    expect(usage.calls).toBe(2);
    expect(sent(1)).toContain("learning_rte");
  });

  test("shows the model what failed when it repairs", async () => {
    const agent = await agentOver(say(files));
    const feedback = failedFeedback("code-raised", "curateSample");
    const submission = { processData: "raise SystemExit(3)\n", trainYaml: "{}\n" };
    await agent.implement(makeContext(), strategy, { number: 2, submission, feedback });
    for (const shown of ["repair 2", "raise SystemExit(3)", "code-raised"])
      expect(sent(0)).toContain(shown);
  });
});

test("diagnose gives lessons within the protocol's lengths", async () => {
  const agent = await agentOver(
    say({ summary: "it rose", lessons: ["l".repeat(700), ""], suggestions: [] }),
  );
  const outcome = {
    feedback: completedFeedback({ score: 0.5 }),
    decision: { accepted: true, reason: "p=0.99" },
  };
  const { diagnosis } = await agent.diagnose(makeContext(), strategy, outcome);
  expect(diagnosis.lessons).toHaveLength(1);
  expect(diagnosis.lessons[0]).toHaveLength(600);
  expect(sent(0)).toContain("p=0.99");
});

test("output that stays invalid is an AgentFailure, a busy endpoint a retryable error", async () => {
  const agent = await agentOver(say({}), say({}), {
    kind: "status",
    status: 429,
    headers: { "retry-after": "3" },
  });
  await expect(agent.propose(makeContext())).rejects.toBeInstanceOf(AgentFailure);
  const busy = agent.propose(makeContext());
  await expect(busy).rejects.toBeInstanceOf(LlmRetryableError);
  await expect(busy).rejects.toMatchObject({ retryAfterMs: 3000 });
});
