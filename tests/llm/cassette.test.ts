import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { cassette, requestHash } from "../../llm/cassette.ts";
import type { ChatModel, ChatRequest } from "../../llm/chat-model.ts";
import { NO_USAGE } from "../../protocol/usage.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cassette-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const request: ChatRequest = {
  messages: [{ role: "user", content: "hello" }],
  responseSchema: null,
};

test("a recorded reply is replayed without a live model", async () => {
  let calls = 0;
  const live: ChatModel = {
    async complete() {
      calls += 1;
      return { text: "hi", refusal: null, finishReason: "stop", usage: NO_USAGE };
    },
  };
  const recorded = await cassette(folder, live).complete(request);
  expect(readdirSync(folder)).toEqual([`${requestHash(request)}.json`]);
  expect(await cassette(folder, null).complete(request)).toEqual(recorded);
  expect(await cassette(folder, live).complete(request)).toEqual(recorded);
  expect(calls).toBe(1);
});

test("an unrecorded request without a live model is an error that names the hash", async () => {
  await expect(cassette(folder, null).complete(request)).rejects.toThrow(requestHash(request));
});
