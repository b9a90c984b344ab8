import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { AgentFailure } from "../../llm/agent-failure.ts";
import type { BackboneSettings } from "../../llm/backbone.ts";
import { LlmRejectedError } from "../../llm/llm-rejected-error.ts";
import { LlmRetryableError } from "../../llm/llm-retryable-error.ts";
import { MissingApiKeyError } from "../../llm/missing-api-key-error.ts";
import { createOpenAiChatModel } from "../../llm/openai-chat-model.ts";
import { generateStructured } from "../../llm/structured-output.ts";
import { type Answer, type ChatServer, startChatServer } from "./chat-server.ts";

const KEY = "test-key-that-must-not-leak";
const schema = z.strictObject({ colour: z.enum(["red", "blue"]), count: z.number().int() });
const right: Answer = { kind: "reply", content: '{"colour": "red", "count": 3}' };

let server: ChatServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

async function ask(
  script: readonly Answer[],
  options: { maxRepairs?: number; settings?: Partial<BackboneSettings> } = {},
) {
  server = await startChatServer(script);
  const settings: BackboneSettings = {
    baseUrl: server.baseUrl,
    model: "scripted",
    apiKeyEnv: "SCRIPTED_KEY",
    pricePerMillion: { promptUsd: 10, completionUsd: 100 },
    maxCompletionTokens: 500,
    temperature: null,
    timeoutMs: 10_000,
    ...options.settings,
  };
  const chat = createOpenAiChatModel({ name: "scripted", settings, env: { SCRIPTED_KEY: KEY } });
  return generateStructured({
    chat,
    schema,
    name: "colour",
    messages: [{ role: "user", content: "which colour?" }],
    maxRepairs: options.maxRepairs ?? 2,
    schemaInPrompt: settings.structuredOutput === "prompt",
  });
}

const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail("no error was thrown"),
    (error: unknown) => error,
  );

describe("a reply of the right shape", () => {
  test("is the value, with tokens and price", async () => {
    const { value, usage } = await ask([right]);
    expect(value).toEqual({ colour: "red", count: 3 });
    expect(usage).toEqual({
      calls: 1,
      promptTokens: 100,
      completionTokens: 20,
      costUsd: (100 * 10 + 20 * 100) / 1e6,
    });
    const { body, headers } = server?.requests[0] ?? expect.fail("no request");
    expect(headers.authorization).toBe(`Bearer ${KEY}`);
    expect(body).toMatchObject({
      model: "scripted",
      max_completion_tokens: 500,
      response_format: {
        type: "json_schema",
        json_schema: {
          name: "colour",
          strict: true,
          schema: {
            type: "object",
            required: ["colour", "count"],
            additionalProperties: false,
          },
        },
      },
    });
    expect(body).not.toHaveProperty("temperature");
  });

  test("may stand in a code fence where the endpoint does not enforce the schema", async () => {
    const fenced: Answer = {
      kind: "reply",
      content: '```json\n{"colour": "blue", "count": 1}\n```',
    };
    const { value } = await ask([fenced], { settings: { structuredOutput: "prompt" } });
    expect(value.colour).toBe("blue");
    const body = server?.requests[0]?.body as { messages: { content: string }[] };
    expect(body).not.toHaveProperty("response_format");
    expect(body.messages[0]?.content).toContain('"colour"');
  });

  test("without reported usage is counted by its length", async () => {
    const { usage } = await ask([{ ...right, usage: false } as Answer]);
    expect(usage.promptTokens).toBeGreaterThan(0);
    expect(usage.completionTokens).toBeGreaterThan(0);
  });
});

describe("a reply that cannot be used", () => {
  const unusable: [string, Answer, AgentFailure["reason"]][] = [
    ["a refusal", { kind: "reply", content: null, refusal: "I will not" }, "refusal"],
    [
      "a reply cut at the token limit",
      { kind: "reply", content: '{"colour": "r', finishReason: "length" },
      "truncated",
    ],
    ["truncated JSON", { kind: "reply", content: '{"colour": "red", "cou' }, "not-json"],
    ["text", { kind: "reply", content: "red, three of them" }, "not-json"],
    [
      "another shape",
      { kind: "reply", content: '{"colour": "green", "count": 3}' },
      "schema-violation",
    ],
    ["no text", { kind: "reply", content: "" }, "empty"],
  ];

  test.each(unusable)("%s is asked for again and the second reply counts", async (_, answer) => {
    const { value, usage } = await ask([answer, right]);
    expect(value).toEqual({ colour: "red", count: 3 });
    expect(usage).toMatchObject({ calls: 2, promptTokens: 200, completionTokens: 40 });
    const messages = server?.requests[1]?.body.messages as { role: string; content: string }[];
    expect(messages.map((message) => message.role)).toEqual(["user", "assistant", "user"]);
    expect(messages[2]?.content).toContain("cannot be used");
  });

  test.each(unusable)(
    "%s again and again is an AgentFailure that keeps what was said",
    async (_, answer, reason) => {
      const error = await failureOf(ask([answer, answer], { maxRepairs: 1 }));
      expect(error).toBeInstanceOf(AgentFailure);
      expect(error).toMatchObject({
        reason,
        retryable: false,
        usage: { calls: 2, promptTokens: 200 },
      });
      if (answer.kind === "reply") {
        expect((error as AgentFailure).text).toBe(answer.content ?? answer.refusal);
        expect((error as AgentFailure).finishReason).toBe(answer.finishReason ?? "stop");
      }
    },
  );

  test("is not asked for again where no repair is allowed", async () => {
    await failureOf(ask([unusable[3]?.[1] as Answer, right], { maxRepairs: 0 }));
    expect(server?.requests).toHaveLength(1);
  });
});

describe("a call that fails", () => {
  test.each([408, 409, 429, 500, 503])(
    "with status %i is retryable and was made once",
    async (status) => {
      const error = await failureOf(ask([{ kind: "status", status }, right]));
      expect(error).toBeInstanceOf(LlmRetryableError);
      expect(error).toMatchObject({ status, retryAfterMs: null, retryable: true });
      expect(server?.requests).toHaveLength(1);
    },
  );

  test.each([
    [{ "retry-after": "7" }, 7000],
    [{ "retry-after-ms": "1500", "retry-after": "7" }, 1500],
    [{ "retry-after": "soon" }, null],
  ])("says how long to wait: %o", async (headers, retryAfterMs) => {
    const error = await failureOf(
      ask([{ kind: "status", status: 429, headers: { ...headers } as Record<string, string> }]),
    );
    expect(error).toMatchObject({ status: 429, retryAfterMs });
  });

  test("is as retryable as x-should-retry says", async () => {
    const no = await failureOf(
      ask([{ kind: "status", status: 500, headers: { "x-should-retry": "false" } }]),
    );
    expect(no).toBeInstanceOf(LlmRejectedError);
    await server?.close();
    const yes = await failureOf(
      ask([{ kind: "status", status: 400, headers: { "x-should-retry": "true" } }]),
    );
    expect(yes).toBeInstanceOf(LlmRetryableError);
  });

  test.each(["cut-body", "cut-chunks", "hang-up", "broken-json"] as const)(
    "by %s is retryable",
    async (kind) => {
      const error = await failureOf(ask([{ kind }]));
      expect(error).toBeInstanceOf(LlmRetryableError);
      expect(error).toMatchObject({ status: null });
    },
  );

  test("because nobody listens is retryable", async () => {
    const gone = await startChatServer([]);
    await gone.close();
    const error = await failureOf(ask([], { settings: { baseUrl: gone.baseUrl } }));
    expect(error).toBeInstanceOf(LlmRetryableError);
  });

  test.each([
    [400, "bad-request"],
    [401, "authentication"],
    [403, "permission"],
    [404, "not-found"],
  ])("with status %i is refused for good as %s", async (status, kind) => {
    const error = await failureOf(ask([{ kind: "status", status }]));
    expect(error).toBeInstanceOf(LlmRejectedError);
    expect(error).toMatchObject({ status, kind, retryable: false });
  });

  test("during a repair keeps the usage of the calls before it", async () => {
    const error = await failureOf(
      ask([
        { kind: "reply", content: "no" },
        { kind: "status", status: 429 },
      ]),
    );
    expect(error).toMatchObject({ status: 429, usage: { calls: 1, promptTokens: 100 } });
  });

  test("never shows the key, not even where the endpoint echoes it", async () => {
    const error = await failureOf(
      ask([{ kind: "status", status: 401, message: `bad key ${KEY}, also sk-abcdefgh1234` }]),
    );
    expect(String(error)).not.toContain(KEY);
    expect(String(error)).not.toContain("abcdefgh1234");
  });
});

test("a missing key is one line that names the variable", () => {
  const settings: BackboneSettings = {
    baseUrl: "http://127.0.0.1:9/v1",
    model: "m",
    apiKeyEnv: "NOT_SET_HERE",
    pricePerMillion: { promptUsd: 0, completionUsd: 0 },
    maxCompletionTokens: 1,
    temperature: null,
    timeoutMs: 1,
  };
  const create = () =>
    createOpenAiChatModel({ name: "mine", settings, env: { NOT_SET_HERE: " " } });
  expect(create).toThrow(MissingApiKeyError);
  expect(create).toThrow(
    /^backbone mine: the environment variable NOT_SET_HERE holds no API key[^\n]*$/,
  );
});
